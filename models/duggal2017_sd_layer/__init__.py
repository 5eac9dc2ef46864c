"""Duggal and colleagues: a stain deconvolution layer in front of a texture network. See README.md."""
