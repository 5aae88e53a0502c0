"""Only what lies on this machine is opened: no URL, no virtual file system, also not behind a VRT."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from geodata.errors import ImageryError


def local_files(path: Path) -> tuple[Path, ...]:
    """The file at `path` and, for a VRT, all files behind it.

    Raises:
        ImageryError: one of them is missing, or is not a file on this machine.
    """
    if "://" in str(path) or str(path).startswith("/vsi"):
        raise ImageryError(f"{path}: imagery is read from local files only; download it first")
    if not path.is_file():
        raise ImageryError(f"{path}: there is no such file")
    found: dict[Path, None] = {}
    _collect(path.resolve(), found)
    return tuple(found)


def is_vrt(path: Path) -> bool:
    """Whether the file is a GDAL virtual dataset."""
    with path.open("rb") as file:
        return file.read(256).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<VRTDataset", b"<?xml"))


# Elements of a VRT that name another file.
_REFERENCES = {
    "SourceFilename",
    "SourceDataset",
    "SourceVRTDataset",
    "MainOverviewName",
    "TransformerFilename",
}


def _collect(path: Path, found: dict[Path, None]) -> None:
    if path in found:
        return
    found[path] = None
    try:
        if not is_vrt(path):
            return
        root = ET.fromstring(path.read_text("utf-8"))  # noqa: S314 - expat refuses entity bombs
    except (OSError, ET.ParseError, UnicodeDecodeError) as error:
        raise ImageryError(f"{path}: the VRT cannot be read: {error}") from error
    if root.tag != "VRTDataset":
        raise ImageryError(f"{path}: this is XML, but not a VRT; give a GeoTIFF, COG or VRT")
    for element in root.iter():
        if element.tag not in _REFERENCES or not (element.text or "").strip():
            continue
        name = (element.text or "").strip()
        relative = element.get("relativeToVRT", element.get("relativetoVRT", "0")) == "1"
        source = path.parent / name if relative else Path(name)
        if name.startswith("/vsi") or "://" in name or not source.is_file():
            raise ImageryError(
                f"{path}: the VRT refers to {name!r}, which is no file on this machine; "
                "download what it refers to, and build it again from local files"
            )
        _collect(source.resolve(), found)
