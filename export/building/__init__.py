"""From a trained network to a signed bundle whose 8-bit variants say what the float32 one says."""
