"""Labels out of files that clients bring: those that can be used, and why the others cannot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import shapely

from app.results.temporary import workspace
from geodata.errors import Fault, LabelsError
from geodata.label_files import SUFFIXES, LabelFormat, read_label_text, refuse_empty
from geodata.labels import as_array, first_faults, refused
from geodata.legend import can_name_class, class_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geodata.labels import Label, LabelReading

MEDIA_TYPES: Final[Mapping[str, LabelFormat]] = {
    "application/geo+json": LabelFormat.GEOJSON,
    "application/json": LabelFormat.GEOJSON,
    "text/csv": LabelFormat.CSV,
    "text/tab-separated-values": LabelFormat.CSV,
    "application/geopackage+sqlite3": LabelFormat.GEOPACKAGE,
}

UNNAMED: Final = "the file"


def label_format(name: str | None, content_type: str) -> LabelFormat:
    """What a client says that its file is: by the file's name, else by its media type.

    Raises:
        LabelsError: neither tells.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    found = LabelFormat.of_name(name or "") or MEDIA_TYPES.get(media_type)
    if found is None:
        said = (
            repr(name) if name else repr(media_type) if media_type else "a file that does not say what it is"
        )
        raise LabelsError(f"labels are read from {SUFFIXES}, not from {said}; give the file's name as `name`")
    return found


def labels_read(content: bytes, kind: LabelFormat, name: str | None, folder: Path) -> bytes:
    """A JSON document with what a file of labels says; see `POST /labels/read`.

    Args:
        content: of the file.
        kind: what it is.
        name: what the client calls it.
        folder: where a GeoPackage may lie while it is read.

    Raises:
        LabelsError: it is no such file, or not one label can be used.
        OutputError: the disk is full or read-only.
    """
    reading = _reading(content, kind, name or UNNAMED, folder)
    labels, faults = reading.usable()
    odd = {label.index for label in labels if not can_name_class(label.class_name)}
    if odd:
        reason = "its class cannot be a name: use 1 to 100 printable characters"
        faults = (*faults, *(Fault(f"labels[{index}]", reason) for index in sorted(odd)))
        labels = tuple(label for label in labels if label.index not in odd)
    if not labels:
        raise refused(faults, reading.count)
    return _document(labels, faults)


def _reading(content: bytes, kind: LabelFormat, name: str, folder: Path) -> LabelReading:
    if kind is not LabelFormat.GEOPACKAGE:
        return read_label_text(content, kind, name)
    refuse_empty(content, name)
    from geodata.label_geopackage import read_geopackage  # noqa: PLC0415 - half a second, for this format only

    with workspace(folder) as private:
        path = private / "labels.gpkg"
        path.write_bytes(content)
        return read_geopackage(path, name, trusted=False)


def _document(labels: Sequence[Label], faults: Sequence[Fault]) -> bytes:
    # The first spelling of a class stands for all: "Water" and "water" are one.
    spellings: dict[str, str] = {}
    for label in labels:
        spellings.setdefault(class_key(label.class_name), label.class_name)
    names = {name: json.dumps(spellings[class_key(name)]) for name in {label.class_name for label in labels}}
    # Put together as text: a hundred thousand features as objects take seconds.
    features = ",".join(
        f'{{"type":"Feature","geometry":{outline},"properties":{{"class":{names[label.class_name]}}}}}'
        for label, outline in zip(labels, shapely.to_geojson(as_array(labels)), strict=True)
    )
    rest = {
        "faults": [{"label": fault.where, "reason": fault.reason} for fault in first_faults(faults)],
        "unusable": len({fault.where for fault in faults}),
        "classes": list(spellings.values()),
    }
    return (
        f'{{"labels":{{"type":"FeatureCollection","features":[{features}]}},{json.dumps(rest)[1:]}'.encode()
    )
