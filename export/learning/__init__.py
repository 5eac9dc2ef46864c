"""How any network of the workshop is trained: one loop that goes on where it was killed, on one machine or several."""
