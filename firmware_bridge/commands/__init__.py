"""The sub-commands of `marrowkit-bridge`, one file each."""
