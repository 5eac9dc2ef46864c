"""Measured claims: autofocus in simulated starts, and parsers under damaged bytes. Each runs by a command."""
