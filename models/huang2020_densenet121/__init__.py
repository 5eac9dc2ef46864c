"""Huang and colleagues: white balance, a filter, and DenseNet121. See README.md."""
