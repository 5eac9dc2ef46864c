"""How the network that finds cells learns: pseudo-labels, composed fields, training, evaluation.

stages     the whole way, from `../shared/data` to weights and their report
pseudo_labels, cut_outs   images with a class or a box become tiles with a mask
compose    tiles become fields of touching cells under another stain, lamp and camera
train      a run that survives being killed
evaluate   Dice, blasts found, recall and precision, each with its interval
"""
