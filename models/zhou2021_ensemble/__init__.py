"""Zhou and colleagues: three residual networks asked together. See README.md."""
