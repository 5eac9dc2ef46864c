"""Ikechukwu and Murali: a U-Net with Inception blocks outlines the nucleus, a CNN looks at it. See README.md."""
