"""What a room of `models` says of its own training: labels, settings, and what it does otherwise."""
