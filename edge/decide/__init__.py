"""From measures to a decision: fuzzy rules and RBF network beside the CNN, fused per cell, counted, called."""
