"""The validation curve of a meta-training run, drawn with matplotlib, which comes with the extra `evaluate`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from geodata.whole_files import complete

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MARKERS = {"accuracy_1": "1 label a class", "accuracy_5": "5 labels", "accuracy_20": "20 labels"}


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def draw_curve(path: Path, curve: Sequence[Mapping[str, float]]) -> None:
    """Balanced accuracy on simulated regions that are not trained on, against meta-batches, as a PNG.

    Args:
        path: of the picture.
        curve: as `model.meta_training.meta_train` returns it.

    Raises:
        OutputError: it cannot be written.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - of an extra; needs no display

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    batches = [line["batch"] for line in curve]
    for name, title in MARKERS.items():
        axes.plot(batches, [100 * line[name] for line in curve], marker="o", label=title)
    axes.set_xlabel("meta-batches")
    axes.set_ylabel("balanced accuracy (%), held-out simulated regions")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    with complete(path) as partial:
        figure.savefig(partial, format="png", dpi=130)
