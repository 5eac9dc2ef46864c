"""How the network that names cells learns, and the fuzzy rules and RBF network beside it.

extract    the cells of every set, through the kit's own way from a picture to outlines and measures
train      a run that survives being killed, on cells balanced by label and set, under other stains and cameras
judge      predictions out of fold become calibration, thresholds and fusion
evaluate   what is shipped, on patients and on sets that it never saw, each figure with its interval
"""
