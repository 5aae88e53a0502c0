"""Labels before and after a correction."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.adaptations.corrections import Add, Move, Reclass, operation_summary
from app.faults import invalid
from geodata.errors import Fault, LabelsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.adaptations.body import NamedLabels
    from app.adaptations.corrections import Edit

_LABEL = re.compile(r"labels\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Edited:
    """What operations have made of labels."""

    labels: NamedLabels
    history: tuple[Mapping[str, Any], ...]
    """The operations, with the names of the labels that they made."""

    touched: Mapping[int, int]
    """Name of a label -> number of the operation that changed it last."""

    def keeping(self, positions: Sequence[int]) -> Edited:
        """The same without the labels at other positions; the history tells of those that had been there before."""
        if len(positions) == len(self.labels.features):
            return self
        kept = [self.labels.features[position] for position in positions]
        gone = {int(feature["id"]) for feature in self.labels.features} - {int(f["id"]) for f in kept}
        added = {step["label"] for step in self.history if step["op"] == "add"}
        history = [step for step in self.history if step["label"] not in gone]
        history += [{"op": "remove", "label": label} for label in sorted(gone - added)]
        labels = self.labels.with_features(kept, self.labels.next_id)
        return replace(self, labels=labels, history=tuple(history))

    def explained(self, error: LabelsError) -> LabelsError:
        """The error in words of the correction: operations and names of labels, not positions in a list."""
        names = [int(feature["id"]) for feature in self.labels.features]

        def name(match: re.Match[str]) -> str:
            position = int(match[1])
            return f"label {names[position]}" if position < len(names) else match[0]

        def where(fault: Fault) -> str:
            match = _LABEL.fullmatch(fault.where)
            number = self.touched.get(names[int(match[1])]) if match and int(match[1]) < len(names) else None
            return _LABEL.sub(name, fault.where) if number is None else f"operations[{number}]"

        faults = tuple(Fault(where(fault), _LABEL.sub(name, fault.reason)) for fault in error.faults)
        return LabelsError(error.detail, faults)


def edited(labels: NamedLabels, edits: Sequence[Edit], *, first: int = 0) -> Edited:
    """Do operations one after the other.

    Args:
        labels: to begin with.
        edits: the operations.
        first: number of the first one in what the user sent.

    Raises:
        InvalidRequestError: names each operation on a label that is not there.
    """
    features = {int(feature["id"]): feature for feature in labels.features}
    next_id = labels.next_id
    history, touched, faults = [], {}, []
    for number, step in enumerate(edits, start=first):
        if isinstance(step, Add):
            label, next_id = next_id, next_id + 1
            features[label] = _named(step.feature, label)
        elif step.label not in features:
            faults.append(
                Fault(f"operations[{number}].label", f"there is no label {step.label} at this point")
            )
            continue
        else:
            label = step.label
            if isinstance(step, Move):
                features[label] = {**features[label], "geometry": step.geometry}
            elif isinstance(step, Reclass):
                features[label] = {**features[label], "properties": {"class": step.class_}}
            else:
                del features[label]
        touched[label] = number
        history.append(operation_summary(step, label))
    if faults:
        raise invalid(faults)
    return Edited(labels.with_features([*features.values()], next_id), tuple(history), touched)


def changed_labels(before: NamedLabels, after: NamedLabels) -> dict[str, list[int]]:
    """Names of the labels that differ."""
    old, new = ({int(f["id"]): f for f in labels.features} for labels in (before, after))
    return {
        "added": sorted(new.keys() - old.keys()),
        "changed": sorted(name for name in new.keys() & old.keys() if new[name] != old[name]),
        "removed": sorted(old.keys() - new.keys()),
    }


def _named(feature: Mapping[str, Any], label: int) -> dict[str, Any]:
    """The feature as it is kept; what is wrong with it shows when it is read."""
    properties = feature.get("properties")
    kept = {"class": properties["class"]} if isinstance(properties, dict) and "class" in properties else {}
    return {
        "type": feature.get("type"),
        "id": label,
        "geometry": feature.get("geometry"),
        "properties": kept,
    }
