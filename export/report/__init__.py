"""A bundle told to people: its card, and a page with what was measured of it."""
