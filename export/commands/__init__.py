"""The sub-commands of `marrowkit-export`."""
