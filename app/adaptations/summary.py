"""What is to be known of a version of an adaptation without its parameters, as JSON values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from affine import Affine
from odc.geo.geobox import GeoBox

from geodata.grid import Region, Window, lonlat_bounds
from geodata.legend import Legend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.adapting import RegionAdaptation
    from geodata.imagery import ImagerySource


@dataclass(frozen=True, slots=True)
class Summary:
    """One version."""

    imagery: str
    """What users call it."""

    fingerprint: str
    """Of the imagery: whether it is still what the model was adapted to."""

    region: Region
    legend: Legend
    has_own_legend: bool
    """Whether the user gave the legend; otherwise it follows from the labels."""

    labels: int
    labelled_pixels: Mapping[str, int]
    """Class name -> labelled pixels that the model was adapted to."""

    notes: tuple[str, ...]
    wavelengths_nm: tuple[float, ...]
    """(B,) band centres."""

    dates: int
    """T."""

    lineage: Mapping[str, str | int]
    """Of the model."""

    @classmethod
    def of(
        cls, adaptation: RegionAdaptation, imagery: ImagerySource, *, labels: int, has_own_legend: bool
    ) -> Self:
        """What there is to say of a new one."""
        return cls(
            imagery=imagery.name,
            fingerprint=imagery.fingerprint,
            region=adaptation.region,
            legend=adaptation.legend,
            has_own_legend=has_own_legend,
            labels=labels,
            labelled_pixels=dict(adaptation.labelled_pixels),
            notes=adaptation.notes,
            wavelengths_nm=tuple(band.wavelength_nm for band in imagery.bands),
            dates=len(imagery.day_of_year),
            lineage=dict(adaptation.model.lineage),
        )

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        grid, part = document["grid"], document["imagery_window"]
        region = Region(
            geobox=GeoBox(tuple(grid["shape"]), Affine(*grid["transform"]), grid["crs"]),
            inside=Window(**part["inside"]),
            row_off=part["row_off"],
            col_off=part["col_off"],
            covered=part["covered"],
        )
        return cls(
            imagery=document["imagery"],
            fingerprint=document["fingerprint"],
            region=region,
            legend=Legend.from_json(document["legend"]),
            has_own_legend=document["has_own_legend"],
            labels=document["labels"],
            labelled_pixels=document["labelled_pixels"],
            notes=tuple(document["notes"]),
            wavelengths_nm=tuple(document["wavelengths_nm"]),
            dates=document["dates"],
            lineage=document["model"],
        )

    def to_json(self) -> dict[str, Any]:
        """For the database; numbers come back as they were."""
        region = self.region
        return {
            **self.told(),
            "fingerprint": self.fingerprint,
            "has_own_legend": self.has_own_legend,
            "imagery_window": {
                "row_off": region.row_off,
                "col_off": region.col_off,
                "inside": asdict(region.inside),
                "covered": region.covered,
            },
        }

    def told(self) -> dict[str, Any]:
        """For clients."""
        region = self.region
        return {
            "imagery": self.imagery,
            "legend": self.legend.to_json(),
            "labels": self.labels,
            "labelled_pixels": dict(self.labelled_pixels),
            "grid": {
                "crs": str(region.geobox.crs),
                "transform": list(region.geobox.affine)[:6],
                "shape": list(region.shape),
                "bbox": list(lonlat_bounds(region.geobox)),
            },
            "wavelengths_nm": list(self.wavelengths_nm),
            "dates": self.dates,
            "model": dict(self.lineage),
            "notes": list(self.notes),
        }
