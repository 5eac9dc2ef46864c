"""Kavitha and colleagues' CNN, whose layers and learning rate a swarm of cats has found."""
