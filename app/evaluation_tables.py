"""An evaluation as people read it: Markdown tables, balanced accuracy in percent, differences in points."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from model.evaluation_report import Document, Failure


def methods_table(document: Document) -> str:
    """Methods x labels a class, with intervals; the best of each column in bold; empty where there are no figures."""
    summary = document["summary"]
    shots = list(dict.fromkeys(entry["shots"] for entry in summary))
    best = {count: max(entry["mean"] for entry in summary if entry["shots"] == count) for count in shots}
    cells: dict[str, dict[int, str]] = {}
    for entry in summary:
        mean = f"{100 * entry['mean']:.1f}"
        shown = f"**{mean}**" if entry["mean"] == best[entry["shots"]] else mean
        low, high = entry["ci95"]
        cells.setdefault(entry["method"], {})[entry["shots"]] = f"{shown} [{100 * low:.1f}, {100 * high:.1f}]"
    rows = [[method, *(found.get(count, "-") for count in shots)] for method, found in cells.items()]
    return _table(["method", *(f"{_labels(count)} a class" for count in shots)], rows) if rows else ""


def comparison_table(document: Document) -> str:
    """The default against the best user baseline at each number of labels; empty where there is none."""
    rows = [
        [
            str(entry["shots"]),
            entry["rival"],
            f"{100 * entry['rival_mean']:.1f}",
            f"{100 * entry['difference']:+.1f} [{100 * entry['ci95'][0]:+.1f}, {100 * entry['ci95'][1]:+.1f}]",
            f"{entry['worst_task']} {100 * entry['worst_difference']:+.1f}",
        ]
        for entry in document["comparison"]
    ]
    heads = ["labels a class", "best baseline", "its accuracy", "default - baseline", "furthest below on"]
    return _table(heads, rows) if rows else ""


def tasks_table(document: Document) -> str:
    """The default and the best user baseline on each task; empty where there is no comparison."""
    compared = document["comparison"]
    means = {(r["task"], r["shots"], r["method"]): r["mean"] for r in document["records"]}
    rows = []
    for task in dict.fromkeys(record["task"] for record in document["records"]):
        row = [task]
        for entry in compared:
            ours = means.get((task, entry["shots"], entry["default"]))
            theirs = means.get((task, entry["shots"], entry["rival"]))
            if ours is None or theirs is None:
                row.append("-")
            else:
                row.append(f"{100 * ours:.1f} / {100 * theirs:.1f} ({100 * (ours - theirs):+.1f})")
        rows.append(row)
    heads = ["task", *(f"{_labels(entry['shots'])}: default / {entry['rival']}" for entry in compared)]
    return _table(heads, rows) if compared else ""


def failures_list(document: Document) -> str:
    """What could not be fit, one line for methods that failed alike; empty where all went well."""
    alike: dict[tuple[str, int, str, int], list[Failure]] = {}
    for failure in document["failures"]:
        key = failure["task"], failure["shots"], failure["reason"], failure["draws"]
        alike.setdefault(key, []).append(failure)
    return "\n".join(
        f"- {task}, {_labels(shots)} a class, {_count(draws, 'draw')}: {reason} "
        f"({', '.join(failure['method'] for failure in failures)})"
        for (task, shots, reason, draws), failures in alike.items()
    )


def report(document: Document, *, tasks: bool) -> str:
    """All of it as one Markdown text, with the table of tasks where it is wanted."""
    parts = [
        ("Balanced accuracy in percent, mean over the sources [95 % interval]", methods_table(document)),
        (
            "The default method against the best user baseline, in points [95 % interval]",
            comparison_table(document),
        ),
        (
            "Each task: balanced accuracy in percent (difference in points)",
            tasks_table(document) if tasks else "",
        ),
        ("Could not be fit", failures_list(document)),
    ]
    return "\n".join(f"{title}\n\n{text}\n" for title, text in parts if text)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---", *("---:" for _ in heads[1:])], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _labels(count: int) -> str:
    return _count(count, "label")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
