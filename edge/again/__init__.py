"""Whether a field, or a part of it, was counted before: image registration with the fields of the case."""

from edge.again.album import Album, Overlap
from edge.again.cells import CountedBefore, Place, counted_before
from edge.again.signature import Signature, signature_of

__all__ = ["Album", "CountedBefore", "Overlap", "Place", "Signature", "counted_before", "signature_of"]
