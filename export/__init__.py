"""The workshop: train, quantise, check parity, pack. Never installed on a kit."""
