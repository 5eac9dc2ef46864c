"""Marrowkit's own network that finds cells: per pixel, how much it is cell, nucleus and seam. See README.md."""
