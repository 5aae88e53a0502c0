"""`landshot plan`: what a map would be made from, and what it would cost, before any of it is read."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from app.commands.imagery_options import Asked, imagery_options
from app.progress import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.map_plan import MapPlan

REFUSED = 2
"""Exit code of a plan that cannot be carried out: something in the input has to change."""


@click.command()
@imagery_options
@click.option("--json", "as_json", is_flag=True, help="The plan as JSON, as POST /adapt/plan gives it.")
def plan(*, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - the fields of `Asked`
    """Show the scenes, the cost, and every reason why a map could not be made."""
    from app.limits import MAX_PIXELS  # noqa: PLC0415 - heavy from here on

    options = Asked(**asked)
    request = options.request()
    planned = options.source().plan(request, max_pixels=MAX_PIXELS)
    if as_json:
        click.echo(json.dumps(planned.to_json(), indent=2, ensure_ascii=False))
    else:
        for line in _lines(planned):
            click.echo(line)
    if not planned.feasible:
        sys.exit(REFUSED)


def _lines(planned: MapPlan) -> Iterator[str]:
    """The plan as people read it."""
    document = planned.to_json()
    yield f"imagery: {planned.imagery}"
    if region := document["region"]:
        box = ", ".join(f"{value:.5f}" for value in region["bbox"])
        yield f"region: [{box}], {region['area_km2']:,.2f} km2"
        yield (
            f"pixels: {region['width']:,} x {region['height']:,} of {region['resolution'][0]:g} m "
            f"({region['crs']})"
        )
    if counts := document["labelled_pixels"]:
        yield f"labelled pixels: {', '.join(f'{name} {count}' for name, count in counts.items())}"
    if scenes := document["scenes"]:
        yield from _scene_lines(scenes)
    if cost := document["cost"]:
        if cost["tiles"]:
            yield (
                f"to read: {cost['bytes'] / 1e6:,.1f} MB in {cost['tiles']:,} tiles, about "
                f"{duration(cost['reading_seconds'])}; less where some of it is in the cache"
            )
        yield f"time: about {duration(cost['seconds'])}"
    for note in planned.notes:
        yield f"note: {note}"
    if planned.feasible:
        yield "The map can be made."
        return
    yield "The map cannot be made:"
    for refusal in planned.refusals:
        first, *more = str(refusal).splitlines()
        yield f"  - {first}"
        yield from (f"    {line.strip()}" for line in more)


def _scene_lines(scenes: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"scenes: {scenes['found']} found, {scenes['used']} used, {len(scenes['left_out'])} left out, "
        f"{scenes['usable'] - scenes['used']} to spare"
    )
    yield "  from         to            clear   days   scenes"
    for step in scenes["steps"]:
        yield (
            f"  {step['start']}   {step['end']}   {100 * step['clear_share']:4.0f} %   {step['days']:4}   "
            f"{len(step['scenes']):6}"
        )
    for first, last in scenes["steps_without_imagery"]:
        yield f"  {first}   {last}      0 %      0        0   left out of the map"
    for one in scenes["left_out"][:_SHOWN]:
        yield f"  left out: {one['id']}: {one['reason']}"
    if more := scenes["left_out"][_SHOWN:]:
        yield f"  and {len(more)} more left out; --json has each of them"


_SHOWN = 10  # of the scenes that are left out
