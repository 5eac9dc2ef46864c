"""The record: cases, their fields and cells, in one SQLite file with the pictures beside it.

What was acknowledged is on disk: pictures are written, synced and renamed first, then the row that names them is
committed with `synchronous=FULL`. Nothing is ever overwritten.
"""

from edge.record.rows import Case, FieldRow, NewCase, Recorded, Tally
from edge.record.store import Record

__all__ = ["Case", "FieldRow", "NewCase", "Record", "Recorded", "Tally"]
