"""The sub-commands of `marrowkit`: each translates between the command line and the parts below."""
