"""The wheel, the folders and the direction of imports."""
