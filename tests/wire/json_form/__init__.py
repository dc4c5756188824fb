"""Messages as the JSON of `/api/v1`, in both directions."""
