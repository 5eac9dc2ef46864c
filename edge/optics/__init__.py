"""Pixel maths that several steps share: light, optical density, first looks."""
