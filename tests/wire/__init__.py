"""Messages, calls and the numpy conversions."""
