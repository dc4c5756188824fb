"""Search: neighbours, scores, order; what is filtered, cut and returned; what is refused."""
