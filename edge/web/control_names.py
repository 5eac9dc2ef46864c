"""What the measures of a control slide are called, and what to check where one is out of its limits."""

from __future__ import annotations

from collections.abc import Mapping


def N_(message: str) -> str:  # noqa: N802 gettext's own name for it
    """The message itself, marked to be translated later."""
    return message


MEASURES: Mapping[str, str] = {
    "focus_um": N_("Sharpness: width of edges"),
    "exposure": N_("Brightness"),
    "unevenness": N_("Evenness of the light"),
    "stained": N_("Share of the picture that is stained"),
    "green_share": N_("Hue of the stain"),
    "light_red": N_("Colour of the light: red"),
    "light_blue": N_("Colour of the light: blue"),
    "um_per_px": N_("Scale by the red cells"),
    "cells_per_field": N_("Cells in a field"),
    "blast_percent": N_("Blasts in percent"),
}
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
    "blast_percent": N_("Go to the marked part of the control slide, and look at the doubtful cells."),
}
