"""The sub-commands of `marrowkit-bridge`, one module each; `firmware_bridge.__main__` lists them."""
