"""Well-known networks under torchvision's parameter names, shared by the rooms whose papers start from them.

Names, shapes and answers are torchvision's (BSD-3, 0.29), so that public checkpoints load by name; pictures of any size
can be exported, because no layer here adapts its size to the picture in a way that engines do not know.
"""
