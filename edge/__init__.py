"""Marrowkit's runtime: from a microscope frame to a counted, explained result. Never imports torch."""
