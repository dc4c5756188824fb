"""Defects that can be planted in a copy of the model; the model itself knows nothing of them."""
