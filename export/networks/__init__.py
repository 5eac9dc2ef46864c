"""Where a network comes from, before it becomes part of a bundle: a module of ours or anyone's, or a finished ONNX."""
