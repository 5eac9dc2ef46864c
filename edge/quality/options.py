"""Every limit of the quality gate, with where it comes from.

"Good" is the even half of bccd, smear_boxes, blast_fields, taleqani, wbc_masks, pbc, marrow_plasma and the unlabelled
leukaemia fields; the rates on the odd half are printed by `marrowkit-export rates`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class FocusOptions:
    """How sharp an edge must be. Widths are contrast over steepest slope, after the sampling is taken out.

    working_um      pixels are brought up to this size: finer ones add noise and time, not sharpness
    window_um       half the window in which an edge's contrast is read; wider blur saturates at twice that
    tile_px, tiles  size and number of the pieces looked at, those with most contrast
    blur_px         blur before the slope, against noise
    own_px          width of an ideal edge in working pixels after that blur and the slope's own kernel
    strong          edges below this share of the strong ones' contrast are no cell outlines
    fewest          edges below which there is nothing to judge by
    soft_um         widest good edge at fine sampling: good 0.4–1.0 µm, Gaussian blur of 0.6 µm 1.4 µm and more
    soft_px         what coarse sampling adds to that, per working pixel (taleqani at 0.5 µm is soft by nature)
    moved           how much wider than that edges along one axis may be (99 % of good ones 1.1)
    one_way         how much wider they are than along the other axis where it is motion and not focus
    grain_um        size taken for the commonest round thing where no scale is known, between red cell and nucleus
    grain_px        smallest such thing, pixels of the input; below it are specks
    cell_um, cell_share  and its size where it fills that share of the picture's side: one white cell cut out, and
                    the smallest of them, so that the sharp crops of larger ones are not called soft
    """

    working_um: float = 0.15
    window_um: float = 1.5
    tile_px: int = 160
    tiles: int = 12
    blur_px: float = 0.8
    own_px: float = 2.6
    strong: float = 0.6
    fewest: int = 12
    soft_um: float = 1.05
    soft_px: float = 1.3
    moved: float = 1.2
    one_way: float = 1.4
    grain_um: float = 8.0
    grain_px: float = 9.0
    cell_um: float = 8.0
    cell_share: float = 0.3


@dataclass(frozen=True, slots=True)
class LookOptions:
    """Between which values a Romanowsky-stained film's look lies: the good sets' own range and a margin.

    light_red, light_blue  background's red and blue over its green (0.78–1.20, 0.56–1.23; skin 1.31)
    green_share   green's share of the stained density: azure and eosin both take green (0.33–0.71)
    lets_green    share of stained pixels that let green through: no dye of the film does (≤ 0.15; drawings 0.1–1)
    yellow        share of stained pixels that hold back mostly blue (≤ 0.46)
    motley        the lesser of these two: a film's tint goes one way (99.5 % ≤ 0.07), a photograph's go all ways
    grey          share of stained pixels without colour (≤ 0.68; text 0.4–1)
    speckle       share of stained pixels at a boundary (≤ 0.62; noise and text 0.55–1)
    relief        median slope inside what is stained, per pixel and stain level (0.036–1.03; drawings 0, text 1.3)
    outline       slope at boundaries over the typical slope (1.1–15.5; drawings 15–120, gradients 0.3)
    blend         share of pixels between clear and stained (≤ 0.25)
    tissue_hue    green share of the pale over that of the nuclei from which on haematoxylin–eosin is likely: eosin's
                  pink is greener in density than haematoxylin's blue (0.07–0.12), azure nuclei are greener than all
    tissue_outline  slope at boundaries over that inside, below which such a picture is tissue (0.8–1.4) and not pink
                  red cells on a film (2.0–3.3)
    """

    light_red: Range = (0.70, 1.26)
    light_blue: Range = (0.48, 1.32)
    green_share: Range = (0.32, 0.75)
    lets_green: Range = (0.0, 0.155)
    yellow: Range = (0.0, 0.48)
    motley: Range = (0.0, 0.072)
    grey: Range = (0.0, 0.75)
    speckle: Range = (0.0, 0.64)
    relief: Range = (0.012, 1.05)
    outline: Range = (1.09, 18.0)
    blend: Range = (0.004, 0.27)
    tissue_hue: float = 0.035
    tissue_outline: float = 1.85


@dataclass(frozen=True, slots=True)
class GateOptions:
    """The gate's limits.

    budget_px        size of the coarse copy
    smallest_px      shortest side worth looking at (the smallest crops we have are 104 px)
    least_picture    share that must be picture and not padding
    darkest          background level, of 255 (good ≥ 130; the same at 35 % exposure ≤ 90)
    crop_px          longest side of a picture that is one cell cut out rather than a field
    clipped          level from which a channel counts as clipped on the coarse copy
    most_clipped     share of the background clipped in all channels (good ≤ 0.59; exposed 1.8-fold ≥ 0.65)
    most_cell_clipped  share of the stained area clipped in any channel (good ≤ 0.45, mostly 0)
    most_uneven      brightest over dimmest background, less one (good ≤ 0.25)
    least_stained    share of the picture that must be stained (good ≥ 0.07)
    least_clear      share that must be clear of cells (good ≥ 0.06)
    cut_out          padding from which a picture without clear background is a cell cut out on black (cnmc ≥ 0.2)
    """

    budget_px: float = 1.5e5
    smallest_px: int = 96
    least_picture: float = 0.05
    darkest: float = 100.0
    crop_px: int = 160
    clipped: int = 253
    most_clipped: float = 0.62
    most_cell_clipped: float = 0.45
    most_uneven: float = 0.40
    least_stained: float = 0.012
    least_clear: float = 0.045
    cut_out: float = 0.08
    focus: FocusOptions = field(default_factory=FocusOptions)
    look: LookOptions = field(default_factory=LookOptions)


STANDARD = GateOptions()
"""The limits as shipped."""
