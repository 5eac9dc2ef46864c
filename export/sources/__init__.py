"""The sets of images in `../shared/data`, each with its terms, its scale, and what is known of every image.

    for example in open_source("cnmc", data).images():
        example.pixels, example.um_per_px, example.label, example.patient, example.group

They are read where they lie and never copied into the project.
"""

from export.sources.example import Box, Example, Masks
from export.sources.source import SOURCES, Source, open_source
from export.sources.terms import Terms

__all__ = ["SOURCES", "Box", "Example", "Masks", "Source", "Terms", "open_source"]
