"""Accuracy against labels per class, drawn with matplotlib, which comes with the extra `evaluate`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from geodata.errors import LandshotError
from geodata.whole_files import complete
from model.methods.registry import MissingExtraError

if TYPE_CHECKING:
    from pathlib import Path

    from model.evaluation_report import Document, Summary

FORMATS = (".png", ".svg", ".pdf")
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C8C8C", "#5D3A9B")
"""Okabe and Ito's, which colour-blind readers can tell apart, and two more."""

MARKERS = "osDv^<>P"
SPREAD = 0.02
"""Between neighbouring methods, as a share of the number of labels: intervals must not hide each other."""


class PlotNameError(LandshotError):
    """A name that says no format that can be drawn."""

    code = "invalid-plot"
    title = "The plot cannot be drawn there"


def check_plot(path: Path) -> None:
    """Find out before an hour of work what would fail after it.

    Raises:
        PlotNameError: another format than PNG, SVG or PDF.
        MissingExtraError: matplotlib is not installed.
    """
    if path.suffix.lower() not in FORMATS:
        raise PlotNameError(f"{path}: a plot's name ends in {', '.join(FORMATS)}")
    if find_spec("matplotlib") is None:
        raise MissingExtraError(
            "--plot needs matplotlib, which is not installed: pip install 'landshot[evaluate]'"
        )


def write_plot(path: Path, document: Document) -> None:
    """Draw one line a method, the default on top in black, with 95 % intervals.

    Raises:
        PlotNameError, MissingExtraError: see `check_plot`.
        OutputError: it cannot be written.
    """
    check_plot(path)
    from matplotlib.figure import Figure  # noqa: PLC0415 - of an extra; needs no display
    from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter  # noqa: PLC0415

    lines: dict[str, list[Summary]] = {}
    for entry in document["summary"]:
        lines.setdefault(entry["method"], []).append(entry)
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    for position, (method, entries) in enumerate(lines.items()):
        entries.sort(key=lambda entry: entry["shots"])
        means = [100 * entry["mean"] for entry in entries]
        below = [mean - 100 * entry["ci95"][0] for mean, entry in zip(means, entries, strict=True)]
        above = [100 * entry["ci95"][1] - mean for mean, entry in zip(means, entries, strict=True)]
        ours = method == document["default_method"]
        shift = (1 + SPREAD) ** (position - len(lines) / 2)
        axes.errorbar(
            [entry["shots"] * shift for entry in entries],
            means,
            # Rounding can put the end of an interval beyond a mean that is equal to it.
            yerr=[[max(0.0, value) for value in ends] for ends in (below, above)],
            label=method,
            color="black" if ours else COLOURS[position % len(COLOURS)],
            marker="*" if ours else MARKERS[position % len(MARKERS)],
            linestyle="--" if method.endswith("+indices") else "-",
            linewidth=2.2 if ours else 1.2,
            elinewidth=0.8,
            capsize=2,
            zorder=3 if ours else 2,
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sorted({entry["shots"] for entry in document["summary"]})))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
    axes.set_xlabel("labels per class")
    axes.set_ylabel("balanced accuracy (%), mean over sources, 95 % interval")
    axes.grid(alpha=0.3)
    if lines:
        axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    with complete(path) as partial:
        figure.savefig(partial, format=path.suffix[1:].lower(), dpi=150)
