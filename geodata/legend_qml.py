"""Styles of QGIS: the classes of a raster with a paletted renderer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Never
from xml.parsers import expat

from geodata.errors import LegendError
from geodata.legend_text import Entry, is_nodata, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST: Final = 10_000  # elements called paletteEntry; a style of another kind of raster may have many


def read_qml(content: bytes, name: str) -> list[Entry]:
    """The entries of a style's palette, in their order; those of nodata are passed over.

    QGIS begins a style with a document type. It is not looked up, and a file that declares anything in it, an entity
    for instance, is refused: nothing is ever expanded, and nothing else is read.

    Args:
        content: of the file.
        name: what to call it in messages.

    Raises:
        LegendError: it is no such style.
    """
    entries: list[Entry] = []
    renderers: list[str] = []
    parser = expat.ParserCreate("UTF-8")  # whatever it says of itself: that is how it was decoded

    def begin(element: str, attributes: Mapping[str, str]) -> None:
        if element == "rasterrenderer":
            renderers.append(attributes.get("type", ""))
        elif element == "paletteEntry" and len(entries) <= _MOST:
            value, title = attributes.get("value", ""), attributes.get("label", "").strip()
            if not is_nodata(value, attributes.get("alpha", "255"), title):
                where = f"line {parser.CurrentLineNumber}"
                entries.append(
                    Entry(where, whole_number(value), None, title or None, attributes.get("color"))
                )

    def refuse(*_declared: object) -> Never:
        raise LegendError(f"{name}: line {parser.CurrentLineNumber}: a style declares no entities of its own")

    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler = begin
    parser.EntityDeclHandler = refuse
    parser.AttlistDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003 - it is final
    except expat.ExpatError as error:
        raise LegendError(
            f"{name}: line {error.lineno}, column {error.offset + 1}: this is not XML: {expat.ErrorString(error.code)}"
        ) from error
    if not entries:
        found = f", which is {renderers[0]!r}" if renderers else ""
        raise LegendError(
            f"{name}: the style has no palette{found}; in QGIS, choose Symbology > Paletted/Unique values, and save "
            "the style as QML"
        )
    return entries
