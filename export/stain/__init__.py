"""Other laboratories' stains for a picture: what differs between films of the same cells."""
