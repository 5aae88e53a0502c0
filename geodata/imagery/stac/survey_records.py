"""Surveys kept on disk for a while, so that adapting again on a region asks nobody."""

from __future__ import annotations

import base64
import json
import logging
import secrets
import time
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from affine import Affine
from odc.geo.geobox import GeoBox

from geodata.imagery.radiometry import Radiometry
from geodata.imagery.stac.found import LeftOut
from geodata.imagery.stac.scene import BandAsset, MaskAsset, Scene
from geodata.imagery.stac.survey import Failed, Survey
from geodata.imagery.stac.views import View
from geodata.sensors import Band

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

log = logging.getLogger("landshot")

ONE_DAY_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class SurveyRecords:
    """JSON files by key; one that is too old, or cannot be understood, is not there."""

    folder: Path
    max_age_s: float = ONE_DAY_S
    """Catalogues get new scenes, and old ones processed again."""

    def get(self, key: str) -> tuple[Survey, dict[str, Radiometry]] | None:
        """A survey, and what is known of the numbers of its scenes, by their names."""
        path = self.folder / f"{key}.json"
        try:
            if time.time() - path.stat().st_mtime > self.max_age_s:
                return None
            record = json.loads(path.read_text("utf-8"))
            return _survey_from(record["survey"]), {
                name: Radiometry(**_with_tuples(given)) for name, given in record["radiometry"].items()
            }
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, zlib.error, shapely.errors.ShapelyError) as error:
            log.warning("a kept survey cannot be used (%s), it is made again", error)
            return None

    def put(self, key: str, survey: Survey, radiometry: Mapping[str, Radiometry]) -> None:
        """Keep a survey, unless a server did not answer: then all is tried again the next time."""
        if any(one.cause == "unreachable" for one in survey.failed):
            return
        record = {
            "survey": _survey_to(survey),
            "radiometry": {name: asdict(known) for name, known in radiometry.items()},
        }
        partial = self.folder / f".making-{secrets.token_hex(8)}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial.write_text(json.dumps(record), "utf-8")
            partial.replace(self.folder / f"{key}.json")
        except OSError as error:
            log.warning("a survey of scenes cannot be kept in %s: %s", self.folder, error.strerror)
        finally:
            with suppress(OSError):
                partial.unlink()


def _survey_to(survey: Survey) -> dict[str, Any]:
    coarse = survey.coarse
    return {
        "coarse": [list(coarse.shape), list(coarse.affine)[:6], str(coarse.crs)],
        "views": [
            {
                "scene": _scene_to(view.scene),
                "clear": base64.b64encode(zlib.compress(np.packbits(view.clear).tobytes())).decode(),
                "lattice": view.lattice,
            }
            for view in survey.views
        ],
        "bands": [asdict(band) for band in survey.bands],
        "left_out": [asdict(one) | {"time": one.time and one.time.isoformat()} for one in survey.left_out],
        "failed": [
            {"scene": _scene_to(one.scene), "cause": one.cause, "reason": one.reason} for one in survey.failed
        ],
    }


def _survey_from(record: Mapping[str, Any]) -> Survey:
    shape, affine, crs = record["coarse"]
    coarse = GeoBox(tuple(shape), Affine(*affine), crs)
    height, width = shape

    def clear(text: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
        packed = np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.uint8)
        return np.unpackbits(packed, count=height * width).reshape(height, width).astype(np.bool_)

    return Survey(
        coarse,
        tuple(
            View(_scene_from(v["scene"]), clear(v["clear"]), v["lattice"] and tuple(v["lattice"]))
            for v in record["views"]
        ),
        tuple(Band(**band) for band in record["bands"]),
        tuple(
            LeftOut(**one | {"time": one["time"] and datetime.fromisoformat(one["time"])})
            for one in record["left_out"]
        ),
        tuple(Failed(_scene_from(one["scene"]), one["cause"], one["reason"]) for one in record["failed"]),
    )


def _scene_to(scene: Scene) -> dict[str, Any]:
    # `asdict` would copy the outline, which JSON cannot hold.
    simple = {name: getattr(scene, name) for name in _SIMPLE}
    return simple | {
        "time": scene.time.isoformat(),
        "solar_day": scene.solar_day.isoformat(),
        "outline": scene.outline.wkb_hex,
        "bands": [asdict(asset) for asset in scene.bands],
        "mask": scene.mask and asdict(scene.mask),
    }


def _scene_from(record: Mapping[str, Any]) -> Scene:
    return Scene(
        **{name: record[name] for name in _SIMPLE},
        time=datetime.fromisoformat(record["time"]),
        solar_day=date.fromisoformat(record["solar_day"]),
        outline=shapely.from_wkb(record["outline"]),
        bands=tuple(BandAsset(**asset | {"band": Band(**asset["band"])}) for asset in record["bands"]),
        mask=record["mask"] and MaskAsset(**record["mask"]),
    )


_SIMPLE = (
    "id",
    "collection",
    "href",
    "sensor",
    "platform",
    "cloud_cover",
    "processing_baseline",
    "boa_offset_applied",
    "crs",
)


def _with_tuples(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
