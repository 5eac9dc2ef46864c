"""Eight and sixteen bits: what they cost, layer by layer, and how the cost is kept within limits."""
