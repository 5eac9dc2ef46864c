"""How deep the eye of an objective sees."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Optics:
    """An objective and a camera.

    wavelength_um  of the light, green by default
    index          of what is between objective and slide: 1.515 for oil, 1 for air
    aperture       numerical aperture
    um_per_px      on the slide: what one pixel of the camera covers
    """

    wavelength_um: float = 0.55
    index: float = 1.515
    aperture: float = 1.25
    um_per_px: float = 0.11

    @property
    def depth_of_field_um(self) -> float:
        """λ·n/NA² + n·e/(M·NA), with e/M = `um_per_px`. Source: Inoué and Spring, Video Microscopy, 1997, 2.4.6.

        Oil 100×/1.25 with 0.11 µm per pixel: 0.533 + 0.133 = 0.667 µm.
        """
        waves_um = self.wavelength_um * self.index / self.aperture**2
        return waves_um + self.index * self.um_per_px / self.aperture
