"""The page of the case study (`benchmarks/case_study.py`)."""

from __future__ import annotations

import re
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.case_study_figure import write_figure
from benchmarks.case_study_reading import in_short, interval, listed, reading
from benchmarks.case_study_rows import (
    FAR_THEMES,
    LEARNERS,
    MAML,
    META,
    PRETRAIN,
    REAL,
    RIVALS,
    SCRATCH,
    SHOTS,
    SOURCE_THEMES,
    Outcome,
    rows_of,
    variant,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.case_study_rows import Best, Row

COMMAND = ".venv/bin/python -m benchmarks.case_study"
FIGURE = "![Balanced accuracy by target, and meta-learned minus each rival](case-study.png)"


def write_report(study: Mapping[str, Any], folder: Path) -> None:
    """Write `case-study.md` and `case-study.png`."""
    outcomes = [Outcome(**outcome) for outcome in study["outcomes"]]
    of_real = [outcome for outcome in outcomes if outcome.target == REAL]
    far = [outcome for outcome in outcomes if outcome.target == "other continent"]
    simulated, best = rows_of([outcome for outcome in outcomes if outcome.target != REAL])
    real, best_of_real = rows_of(of_real)
    write_figure(folder / "case-study.png", [*simulated, *real])
    parts = [
        _opening(study, in_short(simulated, real)),
        _source_and_targets(study),
        _learners(study, outcomes, best, best_of_real),
        f"## What came out\n\n{FIGURE}",
        _table([*simulated, *real]),
        *([_real_note(of_real)] if real else []),
        _themes(far, best),
        "## What it says",
        "\n".join(f"- {sentence}" for sentence in reading(simulated, real)),
        _limits(),
    ]
    (folder / "case-study.md").write_text("\n\n".join(_wrapped("\n\n".join(parts))) + "\n")


def _wrapped(page: str) -> list[str]:
    """Blocks between empty lines, those of prose and lists with lines of equal length."""
    blocks = []
    for block in page.split("\n\n"):
        if re.match(r"[|#!`]", block):
            blocks.append(block)
            continue
        items = [" ".join(item.split()) for item in re.split(r"\n(?=- )", block)]
        indents = ["  " if item.startswith("- ") else "" for item in items]
        wrapped = [
            fill(item, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
            for item, indent in zip(items, indents, strict=True)
        ]
        blocks.append("\n".join(wrapped))
    return blocks


def _opening(study: Mapping[str, Any], short: str) -> str:
    real = " --real FOLDER" if study["settings"]["real"] else ""
    return f"""# Case study: as source and target move apart

Does it matter *how* a network was trained on other places, and how far from those does it hold? Three answers to the
same few labels: a network that was meta-learned to adapt, the same network pre-trained on the same regions and
fine-tuned, and the same network trained from scratch. {short}

All of this page, its figure and its sentences are written by one command, which took {study["minutes"]:.0f} minutes in
{study["jobs"]} processes:

```
{COMMAND}{real}
```"""


def _source_and_targets(study: Mapping[str, Any]) -> str:
    settings = study["settings"]
    regions = f"{settings['config']['simulation']['regions']:,}"
    return f"""## What was done

**Source.** {regions} simulated regions of the [simulator](simulator.md)'s themes {listed(SOURCE_THEMES)}, in
equal parts, as Sentinel-2 sees them on one date in ten bands. The theme `general` is left out: it has a little of
everything, also of what is to be far away.

**Targets**, {settings["targets"]} regions each; support and query never share a field.

| target | land | sensor |
|---|---|---|
| same region | regions of the source, but fields that were held out of training | Sentinel-2, 10 bands |
| other region | new regions of the same themes | Sentinel-2, 10 bands |
| other sensor | new regions of the same themes | Landsat 5 TM, 6 bands; PlanetScope, 4 bands |
| other continent | themes never trained on: {listed(FAR_THEMES)} | Sentinel-2, 10 bands |
| continent and sensor | the same far themes | Landsat 5 TM and PlanetScope in turn |"""


def _learners(study: Mapping[str, Any], outcomes: Sequence[Outcome], best: Best, best_of_real: Best) -> str:
    config, adapted = study["settings"]["config"], study["steps"]
    times = ", ".join(f"{study['seconds'][name]:.0f} s with `{name}`" for name in LEARNERS)

    def told(rival: str) -> str:
        tried = [name for name in outcomes[0].accuracy if name.startswith(variant(rival, ""))]
        tried = [_plain(name.removeprefix(variant(rival, ""))) for name in tried]
        real = f"; on real regions {_by_shots(best_of_real[rival])}" if best_of_real else ""
        return f"Tried: {', '.join(tried)}; taken: {_by_shots(best[rival])}{real}"

    last = [name for name in outcomes[0].accuracy if name.startswith(variant(SCRATCH, ""))][-2:]
    ends = [np.mean([100 * outcome.accuracy[name] for outcome in outcomes]) for name in last]
    last, moved = [name.removeprefix(variant(SCRATCH, "")) for name in last], ends[1] - ends[0]
    return f"""**Learners.** One encoder, {config["batches"]:,} batches of {config["tasks"]} tasks, the same in the same
order, the same outer optimizer. The budget is equal in tasks, not in time: that took {times}.
No linear part: this compares starts of the network, not the product.

- *Meta-learned*: `learned-rates`, the rule of the default method, and beside it plain `maml`; {adapted[META]} and
  {adapted[MAML]} inner steps on a target, chosen on new regions of the source's kind: of the targets nothing was used.
- *Pre-trained and fine-tuned*: `pretrain`, with a head of its own for each source region while training; on a target
  a logistic regression on the features, then Adam on all weights.
  {told(PRETRAIN)}.
  The harness's own `pretrain` (20 steps at 1e-3) was tried first and did worse, so this rival was given more to choose
  from.
- *From scratch*: random weights, trained with Adam on the target's labels alone.
  {told(SCRATCH)}. From {last[0]} to {last[1]} its mean moves by {moved:+.1f} points.

What is taken is the best in hindsight over all targets at each number of labels (real regions by themselves). No user
could know it, so both are somewhat flattered, and meta-learning is not.

Every learner gets the same draws. All figures are balanced accuracy in points. Intervals are 95 %, by bootstrap over
regions (real: over sources) of the paired differences; **bold** where zero lies outside."""


def _table(rows: Sequence[Row]) -> str:
    columns = ["target", "labels a class", "meta-learned", "MAML", "pre-trained", "from scratch", *_GAPS]
    lines = [_line(columns), "|---" * len(columns) + "|"]
    for row in rows:
        means = [f"{row.mean(name):.1f}" for name in (META, MAML, PRETRAIN, SCRATCH)]
        gaps = [interval(row.difference(rival)) for rival in RIVALS]
        lines.append(_line([row.target, row.shots, *means, *gaps]))
    return "\n".join(lines)


def _themes(far: Sequence[Outcome], best: Best) -> str:
    lines = [
        "*Other continent* by theme. `coast` is the farthest: most of its covers occur nowhere in the source.",
        "",
        _line(["theme", "labels a class", *_GAPS]),
        "|---|---|---|---|",
    ]
    for theme in FAR_THEMES:
        rows, _ = rows_of([outcome for outcome in far if outcome.kind == theme], best)
        gaps = {row.shots: [interval(row.difference(rival)) for rival in RIVALS] for row in rows}
        lines += [_line([theme, shots, *told]) for shots, told in gaps.items()]
    return "\n".join(lines)


def _real_note(outcomes: Sequence[Outcome]) -> str:
    kinds = [outcome.kind for outcome in outcomes if outcome.shots == SHOTS[0]]
    sources = len({outcome.unit for outcome in outcomes})
    return (
        f"*Real regions* are {len(kinds)} sets of labelled pixels from {sources} sources; those of a source are\n"
        f"averaged first. {kinds.count('series')} of them are time series, which no learner met in training, and how\n"
        "far they are from the source nobody knows."
    )


def _limits() -> str:
    return """## What it does not say

- Each learner was trained once, from one seed and for minutes. The intervals know regions, not seeds, and of so many
  rows one in twenty looks certain by chance.
- Targets differ in difficulty, not only in distance: snow is easier told from rock than one crop from another, and four
  bands show less than ten. Compare learners within a target, not a learner between targets.
- Distance is what the simulator can vary: covers and bands. Real continents also differ in what it does not know.
- Real regions are few."""


_GAPS = ("meta - pre-trained", "meta - scratch")


def _by_shots(told: Mapping[int, str]) -> str:
    return ", ".join(f"{_plain(told[shots])} (at {shots} label{'s' if shots > 1 else ''})" for shots in SHOTS)


def _plain(steps: str) -> str:
    return "none" if steps.startswith("0 steps") else steps


def _line(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
