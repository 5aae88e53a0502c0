"""From labels to pixels of a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from pyproj import Transformer

from geodata.errors import Fault, LabelsError
from geodata.grid import Region, lonlat_bounds
from geodata.labels import LabelSet, as_array, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geodata.legend import Legend

MAX_LABELLED_PIXELS: Final = 1_000_000
"""What polygons may cover together; the learner needs a handful."""


@dataclass(frozen=True, slots=True)
class LabelledPixels:
    """The pixels that labels name; each pixel once, ordered by row, then column."""

    rows: NDArray[np.int64]
    """(n,) in the region's pixels."""

    cols: NDArray[np.int64]
    """(n,)"""

    class_index: NDArray[np.int64]
    """(n,) position in the legend."""

    label_index: NDArray[np.int64]
    """(n,) which label said so: its position in what the user sent."""

    def __post_init__(self) -> None:
        if not self.rows.shape == self.cols.shape == self.class_index.shape == self.label_index.shape:
            raise ValueError("rows, cols, class_index and label_index have one entry for each pixel")

    def __len__(self) -> int:
        return len(self.rows)

    def select(self, keep: NDArray[np.bool_]) -> LabelledPixels:
        """Only the pixels that the mask (n,) keeps."""
        return LabelledPixels(
            self.rows[keep], self.cols[keep], self.class_index[keep], self.label_index[keep]
        )


def locate_labels(labels: LabelSet, legend: Legend, region: Region) -> LabelledPixels:
    """Find the pixels that labels name: those that points fall into, those whose centres polygons contain.

    Several labels of one class may name one pixel; it counts once, for the label that comes first.

    Raises:
        LabelsError: a label lies outside the region, has an unknown class, contains no pixel centre, or
            contradicts another; or all labels are of one class. `faults` names every offending label.
    """
    classes, faults = _classes(labels, legend)
    which, rows, cols = _pixels(labels, region)
    hit = np.zeros(len(labels.labels), dtype=np.bool_)
    hit[which] = True
    faults += _missed(labels, region, ~hit)
    known = classes[which] >= 0
    which, rows, cols = which[known], rows[known], cols[known]

    width = region.shape[1]
    pixel = rows * width + cols
    order = np.lexsort((which, pixel))
    which, pixel = which[order], pixel[order]
    first = np.ones(len(pixel), dtype=np.bool_)
    first[1:] = pixel[1:] != pixel[:-1]
    group = np.cumsum(first) - 1
    faults += _contradictions(labels, classes, which, which[first][group] if len(which) else which)
    if faults:
        raise _explained(faults, labels, region, ~hit)
    which, pixel = which[first], pixel[first]
    present = np.unique(classes[which])
    if len(present) < 2:
        name = legend.classes[int(present[0])].name
        raise LabelsError(
            f"all labels are of one class, {name!r}; a map needs at least two: label what else is there, too"
        )
    indexes = np.array([label.index for label in labels.labels], dtype=np.int64)
    return LabelledPixels(pixel // width, pixel % width, classes[which], indexes[which])


def nodata_faults(pixels: LabelledPixels, valid: NDArray[np.bool_]) -> tuple[Fault, ...]:
    """One fault for each label that names no pixel with imagery.

    A polygon may cover missing pixels: drop these with `pixels.select(valid)`, it keeps the others.

    Args:
        pixels: n labelled pixels.
        valid: (n,) whether the imagery has an observation there.
    """
    lost = np.setdiff1d(pixels.label_index, pixels.label_index[valid])
    return tuple(
        Fault(f"labels[{i}]", "the imagery has no data there (nodata); move the label, or leave it out")
        for i in lost
    )


def _classes(labels: LabelSet, legend: Legend) -> tuple[NDArray[np.int64], list[Fault]]:
    """Position of each label's class in the legend, -1 where it has none."""
    positions = {name: legend.find(name) for name in labels.class_names}
    known = ", ".join(c.name for c in legend.classes)
    faults = [
        Fault(
            f"labels[{label.index}]",
            f"the class {label.class_name!r} is not in the legend, which has {known}",
        )
        for label in labels.labels
        if positions[label.class_name] is None
    ]
    found = [positions[label.class_name] for label in labels.labels]
    return np.array([-1 if p is None else p for p in found], dtype=np.int64), faults


def _pixels(
    labels: LabelSet, region: Region
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Position of a label, row and column, for each pixel of the region that a label names."""
    geometries = _to_pixel_coordinates(as_array(labels.labels), region)
    areal = shapely.get_dimensions(geometries) == 2
    places = np.flatnonzero(~areal)
    xy, owner = shapely.get_coordinates(geometries[places], return_index=True)
    height, width = region.shape
    inside = (xy[:, 0] >= 0) & (xy[:, 0] < width) & (xy[:, 1] >= 0) & (xy[:, 1] < height)
    found = [(places[owner[inside]], np.floor(xy[inside, 1]), np.floor(xy[inside, 0]))]
    total = len(found[0][0])
    for which, rows, cols in _centres_in(geometries, np.flatnonzero(areal), region.shape):
        total += len(which)
        if total > MAX_LABELLED_PIXELS:
            raise LabelsError(
                f"the labels cover more than {MAX_LABELLED_PIXELS:,} pixels; a handful is enough: "
                "draw smaller polygons"
            )
        found.append((which, rows, cols))
    which, rows, cols = (np.concatenate(parts).astype(np.int64) for parts in zip(*found, strict=True))
    return which, rows, cols


def _to_pixel_coordinates(
    geometries: np.ndarray[tuple[int], np.dtype[np.object_]], region: Region
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Lay geometries in degrees over the region: x counts columns, y rows; a pixel's centre is at .5."""
    to_crs = Transformer.from_crs(4326, str(region.geobox.crs), always_xy=True)
    inverse = ~region.geobox.affine

    def move(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        # Where a CRS cannot express a place at all, it is far away.
        x, y = (np.where(np.isfinite(v), v, 1e15) for v in to_crs.transform(lonlat[:, 0], lonlat[:, 1]))
        return np.column_stack(
            (inverse.a * x + inverse.b * y + inverse.c, inverse.d * x + inverse.e * y + inverse.f)
        )

    return np.asarray(shapely.transform(geometries, move), dtype=object)


_BATCH = 1_000_000  # candidate pixels tested in one call: bounds the memory


def _centres_in(
    geometries: np.ndarray[tuple[int], np.dtype[np.object_]],
    polygons: NDArray[np.int64],
    shape: tuple[int, int],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Pixels whose centres lie in polygons, in batches: position of the polygon, row, column."""
    if not len(polygons):
        return
    left, top, right, bottom = shapely.bounds(geometries[polygons]).T
    height, width = shape
    col = np.ceil(np.clip(left, 0, width) - 0.5).astype(np.int64)
    row = np.ceil(np.clip(top, 0, height) - 0.5).astype(np.int64)
    cols = np.maximum(0, np.floor(np.clip(right, 0, width) - 0.5).astype(np.int64) - col + 1)
    rows = np.maximum(0, np.floor(np.clip(bottom, 0, height) - 0.5).astype(np.int64) - row + 1)
    shapely.prepare(geometries[polygons])

    # Pieces of at most _BATCH candidates; a large polygon is cut into bands of rows.
    pieces = [
        (which, start, c, min(band, r + n - start), w)
        for which, r, c, n, w in zip(polygons, row, col, rows, cols, strict=True)
        if w
        for band in [max(1, _BATCH // int(w))]
        for start in range(r, r + n, band)
    ]
    begin = 0
    while begin < len(pieces):
        end, size = begin, 0
        while end < len(pieces) and (end == begin or size + pieces[end][3] * pieces[end][4] <= _BATCH):
            size += pieces[end][3] * pieces[end][4]
            end += 1
        which, first_row, first_col, n_rows, n_cols = np.array(pieces[begin:end], dtype=np.int64).T
        counts = n_rows * n_cols
        piece = np.repeat(np.arange(end - begin), counts)
        step = np.arange(len(piece)) - np.repeat(np.cumsum(counts) - counts, counts)
        at_row = first_row[piece] + step // n_cols[piece]
        at_col = first_col[piece] + step % n_cols[piece]
        inside = shapely.contains_xy(geometries[which[piece]], at_col + 0.5, at_row + 0.5)
        yield which[piece][inside], at_row[inside], at_col[inside]
        begin = end


def _missed(labels: LabelSet, region: Region, missed: NDArray[np.bool_]) -> list[Fault]:
    """A fault for each label that names no pixel of the region."""
    positions = np.flatnonzero(missed)
    if not len(positions):
        return []
    geometries = as_array([labels.labels[i] for i in positions])
    outside = _outside(geometries, region)
    swapped = outside & ~_outside(_swapped(geometries), region)
    bounds = ", ".join(f"{value:.5f}" for value in lonlat_bounds(region.geobox))
    reasons = np.full(
        len(positions), "contains no pixel's centre; draw it larger, or set a point", dtype=object
    )
    reasons[outside] = f"lies outside the region, which is [{bounds}] (west, south, east, north)"
    reasons[swapped] += "; with longitude and latitude swapped it would lie inside"
    return [
        Fault(f"labels[{labels.labels[i].index}]", reason)
        for i, reason in zip(positions, reasons, strict=True)
    ]


def _outside(geometries: np.ndarray[tuple[int], np.dtype[np.object_]], region: Region) -> NDArray[np.bool_]:
    height, width = region.shape
    left, top, right, bottom = shapely.bounds(_to_pixel_coordinates(geometries, region)).T
    outside: NDArray[np.bool_] = (right < 0) | (left >= width) | (bottom < 0) | (top >= height)
    return outside


def _swapped(
    geometries: np.ndarray[tuple[int], np.dtype[np.object_]],
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.asarray(shapely.transform(geometries, lambda lonlat: lonlat[:, ::-1]), dtype=object)


def _contradictions(
    labels: LabelSet, classes: NDArray[np.int64], which: NDArray[np.int64], first: NDArray[np.int64]
) -> list[Fault]:
    """A fault for each label that gives another class to a pixel than an earlier label did.

    Args:
        labels: all labels.
        classes: class of each label.
        which: (n,) the label behind each labelled pixel.
        first: (n,) the first label that names the same pixel.
    """
    against = classes[which] != classes[first]
    pairs = np.unique(np.column_stack((which[against], first[against])), axis=0)
    _, distinct = np.unique(pairs[:, 0], return_index=True)
    return [
        Fault(
            f"labels[{one.index}]",
            f"says {one.class_name!r} where labels[{other.index}] says {other.class_name!r}: they share a "
            "pixel; leave one out, or move it",
        )
        for one, other in ((labels.labels[a], labels.labels[b]) for a, b in pairs[distinct])
    ]


def _explained(
    faults: list[Fault], labels: LabelSet, region: Region, missed: NDArray[np.bool_]
) -> LabelsError:
    """The error for these faults; when all labels lie inside only if swapped, it says so at once."""
    order = {f"labels[{label.index}]": i for i, label in enumerate(labels.labels)}
    error = refused(sorted(faults, key=lambda fault: order[fault.where]), len(labels.labels))
    if missed.all() and not _outside(_swapped(as_array(labels.labels)), region).any():
        return LabelsError(
            "no label lies in the region, but all would if longitude and latitude were swapped: "
            "GeoJSON coordinates are [longitude, latitude]",
            error.faults,
        )
    return error
