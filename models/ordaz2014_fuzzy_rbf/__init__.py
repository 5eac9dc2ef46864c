"""Ordaz-Gutierrez: fuzzy logic and an RBF network on measured features. See README.md for what is the paper's."""
