"""Where the nucleated cells are: nucleus, cytoplasm, and which of them may be counted."""
