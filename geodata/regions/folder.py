"""The folder of the regions: what was drawn, what is built already, and what was found to be no region."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from geodata.errors import OutputError
from geodata.regions.credits import of_imagery, of_labels
from geodata.regions.drawing import Draw
from geodata.regions.errors import TrainingRegionsError
from geodata.whole_files import write_document

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.regions.cells import Cell
    from geodata.regions.settings import RegionSettings

DRAW: Final = "draw.json"
INDEX: Final = "index.json"
CACHE: Final = ".cache"


class RegionFolder:
    """A folder of task files with their `index.json`; everything in it is complete or not there."""

    def __init__(self, path: Path, settings: RegionSettings) -> None:
        """Read what is in the folder, if there is one.

        Raises:
            TrainingRegionsError: it holds regions that were built with other settings, or its index is damaged.
        """
        self.path = path
        self._settings = settings
        self._built: dict[str, dict[str, Any]] = {}
        self._unsuitable: dict[str, dict[str, Any]] = {}
        index = self._read(INDEX)
        if index is None:
            return
        self._refuse_other(index)
        try:
            self._built = {said["name"]: said for said in index["regions"] if (path / said["file"]).is_file()}
            self._unsuitable = {said["name"]: said for said in index["replaced"]}
        except (KeyError, TypeError) as error:
            raise self._damaged(INDEX) from error

    @property
    def built(self) -> int:
        """Regions so far."""
        return len(self._built)

    @property
    def unsuitable(self) -> list[dict[str, Any]]:
        """Places that were drawn, and replaced by others, each with a reason."""
        return list(self._unsuitable.values())

    @property
    def regions(self) -> list[dict[str, Any]]:
        """What the index says of each region, in order of their names."""
        return [self._built[name] for name in sorted(self._built)]

    def is_built(self, cell: Cell) -> bool:
        """Whether its file is there."""
        return cell.name in self._built

    def is_unsuitable(self, cell: Cell) -> bool:
        """Whether it is known to be no region."""
        return cell.name in self._unsuitable

    def file_of(self, stratum: str, cell: Cell) -> Path:
        """Where its task is written: what stands before the first underscore is the source of a task."""
        return self.path / f"{stratum}_{cell.name}.npz"

    def draw(self) -> Draw | None:
        """What was drawn before; None where nothing was.

        Raises:
            TrainingRegionsError: it was drawn with other settings, or the file is damaged.
        """
        document = self._read(DRAW)
        if document is None:
            return None
        self._refuse_other(document)
        try:
            return Draw.from_json(document)
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged(DRAW) from error

    def keep_draw(self, draw: Draw) -> None:
        """Write it down: the catalogue of labels may have changed when the command is repeated.

        Raises:
            OutputError: the folder cannot be written to.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self.path} cannot be made: {error.strerror}") from error
        write_document(self.path / DRAW, {"settings": self._settings.to_json()} | draw.to_json())

    def add(self, stratum: str, cell: Cell, record: dict[str, Any]) -> None:
        """A region is built, and its file is there.

        Raises:
            OutputError: the index cannot be written.
        """
        self._built[cell.name] = {"file": self.file_of(stratum, cell).name, "stratum": stratum} | record
        self.write()

    def pass_over(self, stratum: str, cell: Cell, reason: str) -> None:
        """A place is no region.

        Raises:
            OutputError: the index cannot be written.
        """
        self._unsuitable[cell.name] = {"stratum": stratum} | cell.to_json() | {"reason": reason}
        self.write()

    def try_again(self, cell: Cell) -> None:
        """Forget that a place is no region."""
        self._unsuitable.pop(cell.name, None)
        self.write()

    def write(self) -> None:
        """Write the index.

        Raises:
            OutputError: it cannot be written.
        """
        settings = self._settings
        sensors = {said["sensor"] for said in self._built.values()}
        document = {
            "settings": settings.to_json(),
            "labels": of_labels(settings.labels.name),
            "imagery": of_imagery(settings.imagery.name, sensors, settings.period),
            "regions": self.regions,
            "replaced": self.unsuitable,
        }
        write_document(self.path / INDEX, document)

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            document = json.loads((self.path / name).read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise self._damaged(name) from error
        if not isinstance(document, dict) or not isinstance(document.get("settings"), dict):
            raise self._damaged(name)
        return document

    def _refuse_other(self, document: dict[str, Any]) -> None:
        before, now = document["settings"], self._settings.to_json()
        differing = [
            f"{name} {before.get(name)}, now {value}"
            for name, value in now.items()
            if before.get(name) != value
        ]
        if differing:
            raise TrainingRegionsError(
                f"{self.path} holds regions that were built with other settings ({'; '.join(differing)}); "
                "give the same ones to go on with it, or another --output"
            )

    def _damaged(self, name: str) -> TrainingRegionsError:
        return TrainingRegionsError(
            f"{self.path / name} is no file that `landshot regions build` wrote; give another --output"
        )
