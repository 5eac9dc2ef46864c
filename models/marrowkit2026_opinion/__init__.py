"""Marrowkit's own network that names cells: blast or one of five benign kinds. See README.md."""
