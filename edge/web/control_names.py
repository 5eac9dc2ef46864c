"""What the measures of a control slide are called, and what to check where one is out of its limits."""

from __future__ import annotations

from collections.abc import Mapping

from edge.nouns import N_, Figure

MEASURES: Mapping[str, Figure] = {
    "focus_um": Figure(N_("Sharpness: width of edges"), "µm", 2),
    "exposure": Figure(N_("Brightness"), digits=0),
    "unevenness": Figure(N_("Unevenness of light")),
    "stained": Figure(N_("Share of the picture that is stained")),
    "green_share": Figure(N_("Hue of the stain"), digits=3),
    "light_red": Figure(N_("Colour of the light: red")),
    "light_blue": Figure(N_("Colour of the light: blue")),
    "um_per_px": Figure(N_("Scale by the red cells"), "µm/px", 4),
    "cells_per_field": Figure(N_("Cells in a field"), digits=1),
    "blast_percent": Figure(N_("Blasts"), "%", 1),
    "good_fields": Figure(N_("Pictures that are good enough")),
}
"""In the order in which they are shown."""
ADVICE: Mapping[str, str] = {
    "focus_um": N_("Clean the objective and the slide, renew the oil, and focus again."),
    "exposure": N_("Check the lamp, the condenser's aperture and the exposure time."),
    "unevenness": N_("Centre the lamp and the condenser (Köhler's illumination)."),
    "stained": N_("Go to the marked part of the control slide."),
    "green_share": N_("Look at the slide by eye: a faded control slide is replaced; a new stain needs new base runs."),
    "light_red": N_("Check the white balance and the lamp's filter, and lock them again."),
    "light_blue": N_("Check the white balance and the lamp's filter, and lock them again."),
    "um_per_px": N_("Check that the right objective is in place, and measure the scale again."),
    "cells_per_field": N_("Go to the marked part of the control slide."),
    "blast_percent": N_("Look at the doubtful cells, and whether this is the same place of the slide as before."),
    "good_fields": N_("Follow what stands below the live picture until it is good, and run the control slide again."),
}
