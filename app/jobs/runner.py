"""One job, from the request that was kept to its map."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.adaptations.making import new_version
from app.adapting import adapt_region
from app.bundled import offer_bundled
from app.errors import HandBackError, InternalError, JobCancelledError
from app.jobs.job_ledger import JobLedger
from app.map_content import map_id_of
from app.mapping import map_region
from app.operations.tracing import span
from app.problems import problem_document
from app.requests import parse_body
from app.sources.choice import choose_source
from app.store import MapTargets
from app.watch import Watch
from geodata.errors import LandshotError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.adaptations.version import NewVersion
    from app.jobs.job import Job
    from app.jobs.leases import Leases
    from app.jobs.progress import JobProgress
    from app.settings import Settings
    from app.sources import Opened, Source
    from app.store import MapStore
    from model.checkpoint import Initialization

log = logging.getLogger("landshot")


def workspace_of(data_dir: Path, job_id: str) -> Path:
    """Where the unfinished work of a job is kept."""
    return data_dir / "jobs" / job_id


@dataclass(frozen=True, slots=True)
class JobRunner:
    """What a worker needs to make maps."""

    settings: Settings
    sources: dict[str, Source]
    maps: MapStore
    leases: Leases
    model: Callable[[], Initialization]
    stopping: Callable[[], bool]
    """Whether this worker has to end; asked after each tile."""

    find_adaptation: Callable[[Job, str], bool]
    """Notes the adaptation that a map of this name is made from; False where the job's owner has none."""

    keep_adaptation: Callable[[Job, NewVersion], None]
    """Keeps what a map is made from."""

    claim_map: Callable[[str, str], None]
    """Notes the owner of a map, given map and owner."""

    def run(self, job: Job, progress: JobProgress) -> None:
        """Make the map, or find it, or say why not; a job that has to stop half-way keeps its finished tiles."""
        workspace = workspace_of(self.settings.data_dir, job.id)
        try:
            made = self._make(job, workspace, progress)
            self.claim_map(made, job.owner)
            self.leases.succeed(job.id, made)
        except HandBackError:
            self.leases.hand_back(job.id)
        except JobCancelledError:
            log.info("job %s: cancelled, or another worker's", job.id)
        except LandshotError as error:
            self.fail(job, error)
        except Exception as error:
            log.exception("job %s", job.id)
            self.fail(job, InternalError(f"{type(error).__name__}: {error}"))
        # Whoever lost the lease leaves alone what another worker goes on with.
        if self.leases.is_over(job.id):
            shutil.rmtree(workspace, ignore_errors=True)

    def fail(self, job: Job, error: LandshotError) -> None:
        """Keep why it cannot be made."""
        self.leases.fail(job.id, problem_document(error, instance=f"/jobs/{job.id}", request_id=job.id))

    def _make(self, job: Job, workspace: Path, progress: JobProgress) -> str:
        settings = self.settings
        name, request = parse_body(job.request.encode(), max_labels=settings.max_labels)
        offer_bundled(self.sources, settings)  # the server may have made it since this worker began
        source = choose_source(self.sources, name)
        watch = Watch(progress, around=span)

        def of_imagery(opened: Opened) -> str:
            identifier = map_id_of(request, opened.imagery, self.model().sha256)
            stored = self.maps.has(identifier) and not job.again
            if self.find_adaptation(job, identifier) and stored:
                return identifier
            adaptation = adapt_region(
                request, opened=opened, initialization=self.model, watch=watch, max_pixels=settings.max_pixels
            )
            self.keep_adaptation(job, new_version(request, adaptation, opened.imagery, map_id=identifier))
            if stored:
                return identifier
            ledger = JobLedger(self.leases, job.id, identifier, job.tile_size, workspace, self.stopping)
            with self.maps.writing(identifier) as folder:
                map_region(
                    adaptation,
                    opened=opened,
                    targets=MapTargets.within(folder, identifier),
                    watch=watch,
                    tile_size=settings.tile_size,
                    memory_bytes=settings.memory_bytes // 2,
                    ledger=ledger,
                )
            return identifier

        return source.use(request, watch, of_imagery)
