"""The shipped bundle, from sets of images to a signed folder: `marrowkit-export train-default`."""
