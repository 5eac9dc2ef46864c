"""Devi and colleagues' CLR-CXG: leaky-ReLU features of a CNN, judged by boosted trees."""
