"""Small networks that learn from a large one what a cell is, in three sizes. See README.md."""
