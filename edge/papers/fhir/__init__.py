"""A case as a FHIR R4 Bundle of plain dictionaries."""

from edge.papers.fhir.bundle import fhir_bundle

__all__ = ["fhir_bundle"]
