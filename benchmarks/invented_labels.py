"""Inputs that hypothesis invents: bodies of POST /adapt, and tables of labels; most are nearly right."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import strategies as st

REGION = (-8.995, 49.975, -8.925, 50.005)
"""About where the bundled region is: what lies in it gets further."""

ODD_NUMBERS = st.sampled_from(
    [
        0,
        -0.0,
        180,
        -180,
        180.0000001,
        90,
        91,
        1e308,
        -1e308,
        5e-324,
        float("nan"),
        float("inf"),
        10**30,
        2**63,
    ]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), ODD_NUMBERS
)  # fmt: skip
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
LONGITUDES = st.floats(REGION[0], REGION[2])
LATITUDES = st.floats(REGION[1], REGION[3])
NAMES = st.sampled_from(
    ["tree cover", "cropland", "water", " Water", "1", "254", "255", "0", "=1+1", "\u202ea"]
)


def seldom(
    usual: st.SearchStrategy[Any], otherwise: st.SearchStrategy[Any] = ANYTHING
) -> st.SearchStrategy[Any]:
    """One time in forty something else."""
    return one_of({usual: 39, otherwise: 1})


def one_of(shares: dict[st.SearchStrategy[Any], int]) -> st.SearchStrategy[Any]:
    """Each as often as its share."""
    return st.sampled_from([each for each, share in shares.items() for _ in range(share)]).flatmap(
        lambda each: each
    )


POSITIONS = seldom(st.tuples(seldom(LONGITUDES, ODD_NUMBERS), seldom(LATITUDES, ODD_NUMBERS)).map(list))
OPEN_RINGS = st.lists(POSITIONS, min_size=1, max_size=8)
SQUARES = st.tuples(LONGITUDES, LATITUDES, st.floats(1e-4, 1e-2)).map(
    lambda at: [[at[0] + x * at[2], at[1] + y * at[2]] for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
)
RINGS = one_of({SQUARES: 16, OPEN_RINGS.map(lambda ring: [*ring, ring[0]]): 3, OPEN_RINGS: 1})
POLYGONS = one_of({st.lists(RINGS, min_size=1, max_size=1): 9, st.lists(RINGS, max_size=3): 1})
COORDINATES = {
    "Point": POSITIONS,
    "MultiPoint": st.lists(POSITIONS, max_size=4),
    "LineString": st.lists(POSITIONS, max_size=4),
    "Polygon": POLYGONS,
    "MultiPolygon": st.lists(POLYGONS, max_size=3),
}


@st.composite
def geometries(draw: st.DrawFn) -> dict[str, Any]:
    """Of any kind, now and then with the coordinates of another."""
    kind = draw(
        seldom(
            st.sampled_from(["Point", "Point", "Point", "MultiPoint", "Polygon"]),
            st.sampled_from(list(COORDINATES)),
        )
    )
    coordinates = draw(seldom(COORDINATES[kind], st.one_of(ANYTHING, *COORDINATES.values())))
    return {"type": kind, "coordinates": coordinates}


FEATURES = st.fixed_dictionaries(
    {
        "type": seldom(st.just("Feature")),
        "geometry": seldom(geometries()),
        "properties": seldom(st.fixed_dictionaries({"class": seldom(NAMES | st.integers(1, 254))})),
    },
    optional={"id": ANYTHING},
)
COLLECTIONS = st.fixed_dictionaries(
    {
        "type": seldom(st.just("FeatureCollection")),
        "features": seldom(st.lists(seldom(FEATURES), min_size=2, max_size=6)),
    }
)
LEGENDS = st.lists(
    seldom(
        st.fixed_dictionaries(
            {"value": seldom(st.integers(0, 256)), "name": seldom(NAMES)},
            optional={"title": ANYTHING, "color": seldom(st.sampled_from(["#006400", "006400", "red"]))},
        )
    ),
    max_size=4,
)
DAYS = seldom(st.dates().map(str))
SOUND_REQUESTS = st.fixed_dictionaries(
    {"labels": seldom(COLLECTIONS)},
    optional={
        "imagery": seldom(st.just("simulated")),
        "bbox": seldom(st.just(list(REGION)), st.lists(seldom(ODD_NUMBERS), max_size=5)),
        "legend": seldom(LEGENDS),
        "neighbourhood": seldom(st.sampled_from([1, 3, 5])),
    },
)
PERIODS = st.fixed_dictionaries(
    {},
    optional={
        "start": DAYS,
        "end": DAYS,
        "steps": seldom(st.sampled_from(["month", "season", "all"])),
        "more": ANYTHING,
    },
)
REQUESTS = seldom(SOUND_REQUESTS, st.builds(lambda one, other: one | other, SOUND_REQUESTS, PERIODS))


@st.composite
def large(draw: st.DrawFn) -> dict[str, Any]:
    """Few decisions, many bytes."""
    count = draw(st.integers(100, 20_000))
    chance = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - no secret

    def position() -> list[float]:
        return [chance.uniform(REGION[0], REGION[2]), chance.uniform(REGION[1], REGION[3])]

    kind = draw(st.sampled_from(["points", "star", "stars", "holes", "name", "classes"]))
    if kind == "points":
        shapes = [{"type": "Point", "coordinates": position()} for _ in range(count)]
    elif kind == "star":  # crosses itself about as often as it can
        ring = [position() for _ in range(min(count, 2000))]
        shapes = [{"type": "Polygon", "coordinates": [[*ring, ring[0]]]}]
    elif kind == "stars":
        rings = [[position() for _ in range(5000)] for _ in range(min(count, 30))]
        shapes = [{"type": "Polygon", "coordinates": [[*ring, ring[0]]]} for ring in rings]
    elif kind == "holes":
        rings = [[position() for _ in range(4)] for _ in range(min(count, 2000))]
        shapes = [{"type": "Polygon", "coordinates": [[*ring, ring[0]] for ring in rings]}]
    else:
        shapes = [{"type": "Point", "coordinates": position()} for _ in range(min(count, 100))]
    names = {"name": ["x" * count, "y"], "classes": [f"class {n}" for n in range(count)]}.get(
        kind, ["a", "b"]
    )
    return {
        "labels": {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {"class": names[n % len(names)]}, "geometry": shape}
                for n, shape in enumerate(shapes)
            ],
        }
    }


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    """Cut off, with bytes changed, twice, or in another encoding."""
    content = draw(whole)
    at = draw(st.integers(0, len(content)))
    match draw(st.integers(0, 5)):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + draw(st.binary(min_size=1, max_size=8)) + content[at + 1 :]
        case 2:
            return content[:at] + content
        case 3:
            return content.decode("utf-8", "replace").encode(
                draw(st.sampled_from(["utf-16", "utf-32-be", "utf-7"]))
            )
        case 4:
            return b"\xef\xbb\xbf" + content
        case _:
            return content.replace(b'"', draw(st.sampled_from([b"'", b"", b'""', b'\\"'])))


def to_json(document: object) -> bytes:
    """With NaN and infinity, as some programs write them."""
    return json.dumps(document).encode()


DEEP = st.builds(
    lambda opening, depth: opening * depth,
    st.sampled_from([b"[", b'{"a":', b'{"labels":[', b'{"labels":{"features":[']),
    st.integers(1, 200_000),
)
LONG_NUMBERS = st.integers(1, 20_000).map(
    lambda digits: b'{"labels":{"type":"FeatureCollection","features":[' + b"9" * digits + b"]}}"
)
WHOLE = REQUESTS.map(to_json)
BODIES = one_of(
    {
        WHOLE: 60,
        damaged(WHOLE): 28,
        ANYTHING.map(to_json): 4,
        st.binary(max_size=200): 3,
        DEEP: 2,
        LONG_NUMBERS: 1,
        large().map(to_json): 2,
    }
)

CELLS = st.one_of(
    LONGITUDES.map(str), LATITUDES.map(str), NAMES, ODD_NUMBERS.map(str), st.text(max_size=12),
    st.sampled_from(["", '"', "12,5", "1e400", "nan", "1_0", "\u0661\u0662", "\x00", "a" * 140_000]),
)  # fmt: skip
HEADERS = seldom(st.permutations(["lon", "lat", "class"]), st.lists(st.text(max_size=8), max_size=6))


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Rows of cells, most of them three long."""
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    ends = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    sound = st.tuples(LONGITUDES.map(str), LATITUDES.map(str), NAMES).map(list)
    rows = draw(st.lists(seldom(sound, st.lists(CELLS, max_size=5)), max_size=8))
    if len("".join(cell for row in rows for cell in row)) < 1000:
        rows *= draw(st.sampled_from([1, 1, 1, 1, 50, 2000]))
    return ends.join(delimiter.join(row) for row in [draw(HEADERS), *rows]).encode("utf-8", "surrogatepass")


TABLES = one_of({tables(): 7, damaged(tables()): 2, st.binary(max_size=300): 1})
