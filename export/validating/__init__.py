"""External validation: what a bundle is worth on anyone's images with anyone's labels."""
