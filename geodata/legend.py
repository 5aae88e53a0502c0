"""What a map's numbers mean, and in which colours they are drawn."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geodata.errors import Fault, LegendError
from geodata.palettes import WORLDCOVER, distinct_colors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def class_key(name: str) -> str:
    """What two spellings of one name share."""
    return re.sub(r"[\s_/-]+", " ", name).strip().casefold()


def can_name_class(name: str) -> bool:
    """Whether a class may be called so: 1 to 100 printable characters, not only punctuation between words."""
    return bool(class_key(name)) and len(name) <= 100 and name.isprintable()


@dataclass(frozen=True, slots=True)
class LandCoverClass:
    """One class of a map."""

    value: int
    """The number in the map, 1..254; 0 is nodata, 255 is reserved."""

    name: str
    """As the labels call it."""

    title: str
    """As people read it."""

    color: str
    """`#RRGGBB`, upper case."""

    def __post_init__(self) -> None:
        if not 1 <= self.value <= 254:
            raise LegendError(
                f"class {self.name!r} has the value {self.value}; "
                "give one in 1..254 (0 is nodata, 255 is reserved)"
            )
        if not can_name_class(self.name):
            raise LegendError(f"{self.name!r} cannot name a class: use 1 to 100 printable characters")
        if not _COLOR.fullmatch(self.color):
            raise LegendError(
                f"class {self.name!r} has the color {self.color!r}; write it as #RRGGBB, like #006400"
            )

    @property
    def rgb(self) -> tuple[int, int, int]:
        """Red, green and blue, 0..255."""
        return int(self.color[1:3], 16), int(self.color[3:5], 16), int(self.color[5:7], 16)


@dataclass(frozen=True, slots=True)
class Legend:
    """The classes of a map, in the order of the network's outputs."""

    classes: tuple[LandCoverClass, ...]
    """At least two; values, names and colors are unique. Case and punctuation do not make names differ."""

    _positions: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.classes) < 2:
            raise LegendError(f"a map needs at least two classes, got {len(self.classes)}")
        for what in ("value", "color"):
            given = [getattr(c, what) for c in self.classes]
            if twice := sorted({v for v in given if given.count(v) > 1}):
                raise LegendError(
                    f"each class needs a {what} of its own: {', '.join(map(str, twice))} appears twice"
                )
        positions = {class_key(c.name): i for i, c in enumerate(self.classes)}
        if len(positions) < len(self.classes):
            keys = [class_key(c.name) for c in self.classes]
            twice = sorted({c.name for c in self.classes if keys.count(class_key(c.name)) > 1})
            raise LegendError(f"these names cannot be told apart: {', '.join(twice)}")
        object.__setattr__(self, "_positions", positions)

    def __len__(self) -> int:
        return len(self.classes)

    def __iter__(self) -> Iterator[LandCoverClass]:
        return iter(self.classes)

    @classmethod
    def from_names(cls, names: Iterable[str]) -> Legend:
        """Make a legend from the class names of labels, whatever their order.

        A class of ESA WorldCover (`cropland`, or plainly the same: `crops`) takes its value and colour there;
        a name that is a number in 1..254 takes that value; every other class takes a free value and a colour
        that colour-blind readers can tell from the others.

        Raises:
            LegendError: fewer than two names, or more than there are values.
        """
        # The same class in another spelling is one class; sorted, so that the labels' order cannot matter.
        distinct = {class_key(name): name.strip() for name in sorted(names, reverse=True)}
        drafts = [_Draft(name=name) for _, name in sorted(distinct.items())]
        return cls(tuple(sorted(_complete(drafts), key=_value_of)))

    @classmethod
    def worldcover(cls) -> Legend:
        """That of ESA WorldCover, its names in lower case."""
        return cls(
            tuple(LandCoverClass(value, title.lower(), title, color) for value, color, title, _ in WORLDCOVER)
        )

    def for_names(self, names: Iterable[str]) -> Legend:
        """The legend of labels after a change to them: classes of this one keep their values and colours.

        Classes that no name means are left out; new ones take what is free, as in `from_names`.

        Raises:
            LegendError: fewer than two names, or more than there are values.
        """
        distinct = {class_key(name): name.strip() for name in sorted(names, reverse=True)}
        known = {position: name for name in distinct if (position := self.find(name)) is not None}
        drafts = [
            _Draft(entry.name, entry.value, entry.title, entry.color)
            for entry in (self.classes[position] for position in known)
        ]
        new = distinct.keys() - known.values()
        drafts += [_Draft(name=name) for key, name in sorted(distinct.items()) if key in new]
        return Legend(tuple(sorted(_complete(drafts), key=_value_of)))

    @classmethod
    def from_json(cls, document: object) -> Legend:
        """Read `[{"value": 10, "name": "forest", "title": "Forest", "color": "#006400"}, ...]`.

        Value and name are needed; title and color are made up where absent. The order is kept.

        Raises:
            LegendError: `faults` names each offending entry.
        """
        if not isinstance(document, list):
            raise LegendError('a legend is a list of classes: [{"value": 1, "name": "forest"}, ...]')
        faults: list[Fault] = []
        drafts = [_read_class(entry, f"legend[{i}]", faults) for i, entry in enumerate(document)]
        faults += _repeated(drafts)
        if faults:
            raise LegendError("the legend has entries that cannot be used", tuple(faults))
        return cls(tuple(_complete(drafts)))

    def to_json(self) -> list[dict[str, int | str]]:
        """The inverse of `from_json`."""
        return [{"value": c.value, "name": c.name, "title": c.title, "color": c.color} for c in self.classes]

    def find(self, key: str | int) -> int | None:
        """Position of the class with this name, or else with this value; None where there is none."""
        position = self._positions.get(class_key(str(key)))
        if position is not None:
            return position
        return next((i for i, c in enumerate(self.classes) if str(c.value) == str(key).strip()), None)

    def index_of(self, key: str | int) -> int:
        """Position of the class with this name, or else with this value.

        Raises:
            LegendError: there is none; the message names those there are.
        """
        position = self.find(key)
        if position is None:
            raise LegendError(
                f"{key!r} is no class of the legend; it has {', '.join(c.name for c in self.classes)}"
            )
        return position


@dataclass(slots=True)
class _Draft:
    """A class of which only some is known yet."""

    name: str
    value: int | None = None
    title: str | None = None
    color: str | None = None


_COLOR = re.compile(r"#[0-9A-F]{6}")


def _value_of(entry: LandCoverClass) -> int:
    return entry.value


# Value, colour, title, and the names that plainly mean the class (in the form of `class_key`).
_WORLDCOVER = tuple(
    (value, color, title, frozenset({class_key(title), *also})) for value, color, title, also in WORLDCOVER
)


def _complete(drafts: Sequence[_Draft]) -> list[LandCoverClass]:
    """Fill in values, titles and colours, in the order of the drafts; what is given stays."""
    # Given values and colours are taken first, then WorldCover's, and what is left goes to the others.
    values = {d.value for d in drafts if d.value is not None}
    colors = {d.color for d in drafts if d.color is not None}
    titles = {class_key(title) for _, _, title, _ in _WORLDCOVER}
    for draft in sorted(drafts, key=lambda d: class_key(d.name) not in titles):
        _take_worldcover(draft, values, colors)
    for draft in drafts:
        if draft.value is None and (number := _as_value(draft.name)) is not None and number not in values:
            draft.value = number
            values.add(number)
    # A value of WorldCover's keeps its meaning even where the class is absent from this map.
    reserved = {value for value, *_ in _WORLDCOVER}
    free_values = iter(
        [v for v in range(1, 255) if v not in values | reserved]
        + [v for v in sorted(reserved) if v not in values]
    )
    free_colors = (color for color in distinct_colors() if color not in colors)
    if len(drafts) > 254:
        raise LegendError(f"a map holds at most 254 classes, got {len(drafts)}")
    return [
        LandCoverClass(
            value=draft.value if draft.value is not None else next(free_values),
            name=draft.name,
            title=draft.title or _titled(draft.name),
            color=draft.color or next(free_colors),
        )
        for draft in drafts
    ]


def _take_worldcover(draft: _Draft, values: set[int], colors: set[str]) -> None:
    for value, color, _, names in _WORLDCOVER:
        if class_key(draft.name) not in names:
            continue
        if draft.value is None and value not in values:
            draft.value = value
            values.add(value)
        if draft.color is None and color not in colors:
            draft.color = color
            colors.add(color)


def _as_value(name: str) -> int | None:
    return int(name) if re.fullmatch(r"[0-9]{1,3}", name) and 1 <= int(name) <= 254 else None


def _titled(name: str) -> str:
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def _read_class(entry: object, where: str, faults: list[Fault]) -> _Draft:
    """One entry of a JSON legend; what is wrong with it is added to `faults`."""
    if not isinstance(entry, dict):
        faults.append(Fault(where, 'is no object like {"value": 1, "name": "forest"}'))
        return _Draft(name="")
    faults += [
        Fault(f"{where}.{unknown}", "is not known; a class has value, name, title and color")
        for unknown in sorted(map(str, entry.keys() - {"value", "name", "title", "color"}))
    ]
    value, name, title, color = (entry.get(k) for k in ("value", "name", "title", "color"))
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 254:
        faults.append(Fault(f"{where}.value", f"is {value!r}; give a whole number in 1..254"))
        value = None
    if not isinstance(name, str) or not can_name_class(name):
        faults.append(Fault(f"{where}.name", f"is {name!r}; give a text of 1 to 100 printable characters"))
        name = ""
    if title is not None and (not isinstance(title, str) or len(title) > 200 or not title.isprintable()):
        faults.append(
            Fault(f"{where}.title", "give a text of at most 200 printable characters, or leave it out")
        )
        title = None
    if color is not None:
        color = f"#{str(color).removeprefix('#').upper()}"
        if not _COLOR.fullmatch(color):
            faults.append(
                Fault(f"{where}.color", f"is {entry['color']!r}; write it as #RRGGBB, like #006400")
            )
            color = None
    return _Draft(name=name.strip(), value=value, title=title, color=color)


def _repeated(drafts: Sequence[_Draft]) -> Iterator[Fault]:
    """A fault for each entry that repeats what an earlier one has taken."""
    for what in ("value", "name", "color"):
        first: dict[object, int] = {}
        for i, draft in enumerate(drafts):
            given = getattr(draft, what)
            key = class_key(given) if what == "name" else given
            if not key:
                continue
            if key in first:
                yield Fault(
                    f"legend[{i}].{what}", f"{given!r} is already taken by legend[{first[key]}]; use another"
                )
            first.setdefault(key, i)
