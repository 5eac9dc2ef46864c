"""Rehman and colleagues: segmentation by a threshold, then AlexNet. See README.md."""
