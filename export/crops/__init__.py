"""Networks that see the picture of one cell: how they are taught, by labels or by a larger network."""
