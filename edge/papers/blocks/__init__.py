"""The blocks of a paper. Each is given the sheet, the case and where to begin, and returns where it ended (mm)."""
