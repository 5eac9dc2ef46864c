"""How fast the way from a camera to the pipeline is: measured, as ratios in one run, never asserted."""
