"""Adaptations in a server's database, without a model: labels, a legend and what was asked for."""

from __future__ import annotations

from app.adaptations.body import Body, NamedLabels
from app.adaptations.summary import Summary
from app.adaptations.version import NewVersion
from app.database.tables import LOCAL
from geodata.grid import Region, Window
from geodata.legend import Legend


def feature(number, geometry, name):
    """A label of an adaptation; `geometry` is shapely's."""
    return {
        "type": "Feature",
        "id": number,
        "geometry": geometry.__geo_interface__,
        "properties": {"class": name},
    }


def keep_adaptation(app, features, geobox, *, map_id="0" * 32, legend=None, imagery="made up", owner=LOCAL):
    """The first version of a new adaptation."""
    legend = legend or Legend.from_names({each["properties"]["class"] for each in features} | {"other"})
    height, width = (int(n) for n in geobox.shape)
    counts = {}
    for each in features:
        counts[each["properties"]["class"]] = counts.get(each["properties"]["class"], 0) + 1
    summary = Summary(
        imagery=imagery,
        fingerprint="f1",
        region=Region(geobox, Window(0, 0, height, width), row_off=0, col_off=0, covered=1.0),
        legend=legend,
        has_own_legend=True,
        labels=len(features),
        labelled_pixels=counts,
        notes=(),
        wavelengths_nm=(490.0, 560.0, 665.0),
        dates=1,
        lineage={"model": "landshot", "inner_steps": 4},
    )
    body = Body(
        {"imagery": imagery, "legend": legend.to_json()}, NamedLabels(tuple(features), len(features) + 1)
    )
    new = NewVersion({"operations": []}, body, map_id, summary, b"no parameters")
    return app.state.service.adaptations.store.create(owner, new)
