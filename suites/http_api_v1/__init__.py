"""The low-level REST by itself: routes, bodies, statuses, and how JSON says things."""
