"""Every figure the ruler rests on, with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RulerOptions:
    """How red cells are found and read as a ruler.

    red_cell_um      mean diameter of a red cell on a dried film: 7–8 µm in every textbook, and the issue's figure
    red_cell_sd      relative spread of that mean between people and films: 6 % over the people of `bccd`
    budget_px        size of the working copy: red cells of 68 px in a 1712×1368 field are still 26 px there
    normal_px        red-cell diameter to which the copy is brought before outlines are read, so that one set of
                     lengths fits every scale
    largest_px       size of that copy beyond which only the middle of the field is read
    rounds           times the copy is brought to that size anew
    least_angle_rad  shortest arc whose circle is trusted; below a third of the turn the radius runs away
    roughness        largest rms distance from the fitted circle over its radius
    elongation       longest over shortest axis of a whole red cell (ovalocytes and stretched images pass)
    solidity         area over that of the convex hull of a whole red cell
    bandwidth        width of the smoothing over the logarithm of the diameter when the common size is looked for
    window           relative distance from the common size that is still the same kind of cell (anisocytosis)
    arc_weight       what an arc of a full turn counts beside a whole cell
    arc_power        how fast that falls with the share of the turn an arc covers
    least_explained  share of the stained area that the cells found must explain, each by its weight; where it is less
                     there is no reading
    least_px         smallest red cell, pixels of the input: below it outlines are made of a handful of pixels
    widest_nucleus   widest nucleus in red cells: 20 µm, a blast's own whole diameter (SYSTEMS.md)
    few              discs below which they must be large enough beside a whole nucleus
    weak_explained   share of the stained area, and weight of the evidence, below both of which a reading is weak
    weak_weight
    weak_nucleus     widest nucleus in red cells beside weak evidence: 19 µm, more than is counted
    weak_sd          relative uncertainty of a weak reading: rms 20 % against boxes, where others have 8 %
    spread_floor     relative spread assumed where too few cells tell their own
    edge_px          uncertainty of a boundary's place, pixels of the working copy
    squeezed         whether the picture may have been squeezed into a square by a program
    """

    red_cell_um: float = 7.5
    red_cell_sd: float = 0.06
    budget_px: float = 3.5e5
    normal_px: float = 28.0
    largest_px: float = 4.5e5
    rounds: int = 3
    least_angle_rad: float = 1.6
    roughness: float = 0.05
    elongation: float = 1.6
    solidity: float = 0.94
    bandwidth: float = 0.12
    window: float = 0.3
    arc_weight: float = 1.0
    arc_power: float = 2.0
    least_explained: float = 0.01
    least_px: float = 9.0
    widest_nucleus: float = 2.7
    few: int = 3
    weak_explained: float = 0.03
    weak_weight: float = 2.0
    weak_nucleus: float = 2.5
    weak_sd: float = 0.20
    spread_floor: float = 0.10
    edge_px: float = 0.3
    squeezed: bool = True


STANDARD = RulerOptions()
"""The ruler as shipped."""
