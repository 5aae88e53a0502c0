"""What the model sees in one pixel, and what it was told of pixels like it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from app.adaptations.similarity import LabelSpace
from app.adaptations.spectra import class_spectra, dates_of, described, told
from app.faults import invalid
from geodata.errors import Fault
from geodata.grid import lonlat_bounds
from geodata.places import pixel_at, pixel_centres

if TYPE_CHECKING:
    from app.adaptations.labelled import NamedPixels
    from app.adaptations.shelf import ImageryOf
    from app.adaptations.version import Version
    from app.adapting import RegionAdaptation
    from app.sources import Opened
    from geodata.grid import Region
    from model.prediction import Predictor

MOST_LABELS: Final = 5
"""That are told to be like a pixel."""


@dataclass(frozen=True, slots=True)
class Place:
    """A pixel of a region, and the place that was asked for."""

    lon: float
    lat: float
    row: int
    col: int

    @classmethod
    def of(cls, lon: float, lat: float, region: Region) -> Self:
        """The pixel under a place.

        Raises:
            InvalidRequestError: it lies outside of the region.
        """
        found = pixel_at(lon, lat, region.geobox)
        if found is None:
            bounds = ", ".join(f"{value:.5f}" for value in lonlat_bounds(region.geobox))
            inside = f"the region is within [{bounds}] (west, south, east, north)"
            swapped = abs(lon) <= 90 and pixel_at(lat, lon, region.geobox) is not None
            hint = "; with lon and lat swapped it would lie inside" if swapped else ""
            raise invalid([Fault("lon, lat", f"{lon:g}, {lat:g} lies outside of the region; {inside}{hint}")])
        return cls(lon, lat, *found)


@dataclass(frozen=True, slots=True, eq=False)
class VersionInsight:
    """All of a version that looking at its pixels needs."""

    version: Version
    imagery: ImageryOf
    adaptation: RegionAdaptation
    predictor: Predictor
    labels: LabelSpace
    class_spectra: list[dict[str, Any]]

    @classmethod
    def of(
        cls, version: Version, imagery: ImageryOf, adaptation: RegionAdaptation, labelled: NamedPixels
    ) -> Self:
        """Made once; looking takes a hundredth of a second then."""
        from model.prediction import Predictor  # noqa: PLC0415 - torch

        return cls(
            version,
            imagery,
            adaptation,
            Predictor.of(adaptation.model),
            LabelSpace.of(adaptation.model, labelled),
            class_spectra(labelled, adaptation.legend),
        )

    def look(self, place: Place, opened: Opened) -> dict[str, Any]:
        """For GET /adaptations/{id}/pixel.

        Raises:
            LandshotError: of reading the imagery.
        """
        row, col = (np.array([number], dtype=np.int64) for number in (place.row, place.col))
        cube = opened.imagery.read_pixels(self.adaptation.region, row, col)
        shares = self.predictor.probabilities(cube.reflectance)[:, 0, 0]  # (N,)
        observed = bool(np.isfinite(shares).all())
        reflectance = cube.reflectance[:, :, 0, 0]  # (T, B)
        return {
            "lon": place.lon,
            "lat": place.lat,
            "row": place.row,
            "col": place.col,
            "observed": observed,
            "classes": self._classes(shares.tolist()) if observed else [],
            "bands": [{"name": band.name, "wavelength_nm": band.wavelength_nm} for band in cube.bands],
            "spectrum": [
                {**date, "reflectance": told(values)}
                for date, values in zip(dates_of(opened), reflectance, strict=True)
            ],
            "class_spectra": self.class_spectra,
            "nearest_labels": self._nearest(reflectance) if observed else [],
        }

    def _classes(self, shares: list[float]) -> list[dict[str, Any]]:
        """The most probable first; a class without a label has no probability, and comes last."""
        legend = self.adaptation.legend
        of_class = dict.fromkeys(range(len(legend)), 0.0)
        # As the predictor counts them: of two that are alike, the map has the first one.
        of_row = dict(zip(self.predictor.classes.tolist(), shares, strict=True))
        order = sorted(of_row, key=lambda index: -of_row[index])
        return [
            {**described(legend.classes[index]), "probability": (of_class | of_row)[index]}
            for index in [*order, *(index for index in of_class if index not in of_row)]
        ]

    def _nearest(self, reflectance: np.ndarray[Any, np.dtype[np.float32]]) -> list[dict[str, Any]]:
        found = self.labels.nearest(self.adaptation.model, reflectance, most=MOST_LABELS)
        pixels, legend = self.labels.pixels, self.adaptation.legend
        at = np.array([position for position, _ in found], dtype=np.int64)
        lon, lat = pixel_centres(pixels.rows[at], pixels.cols[at], self.adaptation.region.geobox)
        return [
            {
                "label": int(pixels.label[position]),
                "class": legend.classes[int(pixels.class_index[position])].name,
                "lon": round(float(lon[number]), 7),
                "lat": round(float(lat[number]), 7),
                "distance": round(distance, 4),
            }
            for number, (position, distance) in enumerate(found)
        ]
