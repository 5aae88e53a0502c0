"""What a map was made from, for whoever wants to know, or to make it again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geodata.imagery.radiometry import Radiometry
    from geodata.imagery.stac.plan import ImageryPlan
    from geodata.imagery.stac.scene import Scene


def lineage_of(plan: ImageryPlan, radiometry: Mapping[str, Radiometry]) -> dict[str, Any]:
    """Scenes, dates and decisions, as JSON values.

    - `steps`: the dates of the cube, each with the share of the box that was seen clear, and its scenes by name.
    - `scenes`: each with where its Item is (for `derived_from`), and how its numbers became reflectance.
    - `left_out`: scenes in box and period that a filter or a flaw kept out, or that could not be read, and why.
    - `spare`: how many more there were, that showed nothing others did not show better.
    - `warnings`: what to be careful about.
    """
    query, survey = plan.query, plan.survey
    chosen = {scene.id for scene in plan.scenes}
    shares = {view.scene.id: view.share for view in survey.views}
    left_out = [
        *(_place(one.id, one.href, one.time) | {"reason": one.reason} for one in survey.left_out),
        *(
            _place(one.scene.id, one.scene.href, one.scene.time)
            | {"reason": f"it cannot be read: {one.reason}", "failed": True}
            for one in survey.failed
        ),
    ]
    return {
        "source": query.catalogue.name,
        "collections": sorted({scene.collection for scene in plan.scenes}),
        "period": [query.period.start.isoformat(), query.period.end.isoformat()],
        "statistic": query.catalogue.statistic,
        "steps": [
            {
                "start": chosen_step.step.start.isoformat(),
                "end": chosen_step.step.end.isoformat(),
                "day_of_year": chosen_step.step.day_of_year,
                "clear_share": round(chosen_step.clear_share, 4),
                "days": len(chosen_step.days),
                "scenes": [scene.id for scene in chosen_step.scenes],
            }
            for chosen_step in plan.steps
        ],
        "steps_without_imagery": [[s.start.isoformat(), s.end.isoformat()] for s in plan.without_imagery],
        "scenes": [
            _used(scene, radiometry[scene.id], shares[scene.id])
            for scene in sorted(plan.scenes, key=lambda scene: (scene.time, scene.id))
        ],
        "left_out": sorted(left_out, key=lambda one: (one["datetime"] or "", one["id"])),
        "spare": len(survey.views) - len(chosen),
        "warnings": sorted({w for scene in plan.scenes for w in radiometry[scene.id].warnings}),
    }


def scaling_of(plan: ImageryPlan, radiometry: Mapping[str, Radiometry]) -> str:
    """How numbers became reflectance, in a sentence; `lineage_of` says why, scene by scene."""
    formulas = Counter(_formula(radiometry[scene.id]) for scene in plan.scenes)
    parts = [
        f"{formula} ({count} scene{'s' if count > 1 else ''})" for formula, count in sorted(formulas.items())
    ]
    return f"reflectance = {', '.join(parts)}"


def _formula(radiometry: Radiometry) -> str:
    scaled = f"stored number * {radiometry.scale:g}"
    if not radiometry.offset:
        return scaled
    return f"{scaled} {'+' if radiometry.offset > 0 else '-'} {abs(radiometry.offset):g}"


def _used(scene: Scene, radiometry: Radiometry, share: float) -> dict[str, Any]:
    return _place(scene.id, scene.href, scene.time) | {
        "platform": scene.platform,
        "processing_baseline": scene.processing_baseline,
        "clear_share": round(share, 4),
        "radiometry": radiometry.sentence,
    }


def _place(name: str, href: str | None, time: Any) -> dict[str, Any]:  # noqa: ANN401 - a datetime or None
    return {"id": name, "href": href, "datetime": time and time.isoformat().replace("+00:00", "Z")}
