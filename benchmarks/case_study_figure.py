"""The figure of the case study: accuracy by target above, meta-learned minus its rivals below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from benchmarks.case_study_rows import Row

LOOKS = {
    "learned-rates": ("meta-learned (learned rates)", "black", "*"),
    "maml": ("meta-learned (MAML)", "#8C8C8C", "o"),
    "pretrain": ("pre-trained, best in hindsight", "#D55E00", "s"),
    "scratch": ("from scratch, best in hindsight", "#0072B2", "D"),
}
"""Learner -> title, colour (Okabe and Ito's, which colour-blind readers can tell apart), marker."""

DIFFERENCES = ("pretrain", "scratch")


def write_figure(path: Path, rows: Sequence[Row]) -> None:
    """Draw one column for each number of labels; all columns of a line share their scale."""
    shots = list(dict.fromkeys(row.shots for row in rows))
    targets = list(dict.fromkeys(row.target for row in rows))
    figure = Figure(figsize=(11, 6.6), layout="constrained", dpi=130)
    axes = figure.subplots(2, len(shots), sharex=True, sharey="row", squeeze=False)
    for column, count in enumerate(shots):
        shown = [row for row in rows if row.shots == count]
        _accuracies(axes[0, column], shown)
        _differences(axes[1, column], shown)
        axes[0, column].set_title(f"{count} label{'s' if count > 1 else ''} a class")
        axes[1, column].set_xticks(range(len(targets)), targets, rotation=40, ha="right")
        for panel in axes[:, column]:
            panel.grid(axis="y", color="0.9")
            panel.spines[["top", "right"]].set_visible(False)
            if "real regions" in targets:
                panel.axvline(targets.index("real regions") - 0.5, color="0.6", linewidth=0.8, linestyle=":")
    axes[0, 0].set_ylabel("balanced accuracy, points")
    axes[1, 0].set_ylabel("difference, points (95 %)")
    handles, titles = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, titles, loc="outside upper center", ncols=4, frameon=False)
    axes[1, -1].legend(loc="best", fontsize="small", framealpha=0.9)
    figure.savefig(path)


def _accuracies(panel: Axes, rows: Sequence[Row]) -> None:
    for position, (learner, (title, colour, marker)) in enumerate(LOOKS.items()):
        places = [place + 0.1 * (position - 1.5) for place in range(len(rows))]
        means = [row.mean(learner) for row in rows]
        size = 11 if marker == "*" else 6
        panel.plot(places, means, marker, color=colour, markersize=size, label=title, alpha=0.9)


def _differences(panel: Axes, rows: Sequence[Row]) -> None:
    panel.axhline(0, color="0.3", linewidth=0.9)
    for position, rival in enumerate(DIFFERENCES):
        title, colour, marker = LOOKS[rival]
        found = [row.difference(rival) for row in rows]
        panel.errorbar(
            [place + 0.24 * (position - 0.5) for place in range(len(rows))],
            [mean for mean, _, _ in found],
            # Rounding can put the end of an interval beyond a mean that is equal to it.
            yerr=[
                [max(0.0, mean - low) for mean, low, _ in found],
                [max(0.0, high - mean) for mean, _, high in found],
            ],
            fmt=marker,
            color=colour,
            markersize=5,
            capsize=2,
            label=f"meta-learned minus {title.split(',')[0]}",
        )
