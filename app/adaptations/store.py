"""Adaptations in the database. Each call is a short transaction of its own, to be made in a thread."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, select, update

from app.adaptations.body import Body
from app.adaptations.summary import Summary
from app.adaptations.version import Adaptation, NewVersion, Version
from app.database.tables import adaptation_versions as versions
from app.database.tables import adaptations
from app.errors import VersionConflictError
from geodata.errors import NotFoundError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row

    from app.database.connection import Database

_LIGHT = [column for column in versions.c if column.name not in ("request", "parameters")]


class AdaptationStore:
    """What is another's is not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, owner: str, new: NewVersion) -> Version:
        """A new adaptation with its first version."""
        with self._database.writing() as connection:
            return _create(connection, owner, new)

    def keep(self, owner: str, new: NewVersion) -> Version:
        """The newest adaptation of an owner whose current version makes the same map; a new one where none does."""
        with self._database.writing() as connection:
            found = _at_head(connection, owner, new.map_id)
            return found or _create(connection, owner, new)

    def at_head(self, owner: str, map_id: str) -> Version | None:
        """The newest adaptation of an owner whose current version makes a map."""
        with self._database.reading() as connection:
            return _at_head(connection, owner, map_id)

    def of_map(self, owner: str, map_id: str) -> Version | None:
        """The newest version, current or not, that makes a map."""
        chosen = select(*_LIGHT).join(adaptations, adaptations.c.id == versions.c.adaptation_id)
        chosen = chosen.where(adaptations.c.owner == owner, versions.c.map_id == map_id)
        with self._database.reading() as connection:
            row = connection.execute(chosen.order_by(versions.c.created.desc()).limit(1)).one_or_none()
        return None if row is None else _version(row)

    def get(self, adaptation_id: str, owner: str) -> Adaptation:
        """One adaptation.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        with self._database.reading() as connection:
            return _get(connection, adaptation_id, owner)

    def find(self, owner: str, *, limit: int, offset: int) -> tuple[list[Version], int]:
        """The current versions of an owner's adaptations, the newest adaptation first, and how many there are."""
        mine = adaptations.c.owner == owner
        chosen = select(*_LIGHT).join(adaptations, _is_head()).where(mine)
        chosen = chosen.order_by(adaptations.c.created.desc(), adaptations.c.id)
        with self._database.reading() as connection:
            count = select(func.count()).select_from(adaptations).where(mine)
            total = connection.execute(count).scalar_one()
            rows = connection.execute(chosen.limit(limit).offset(offset))
            return [_version(row) for row in rows], total

    def version(self, adaptation_id: str, number: int) -> Version:
        """One version of an adaptation whose owner has been checked.

        Raises:
            NotFoundError: there is none.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(*_LIGHT).where(_is(adaptation_id, number))).one_or_none()
        if row is None:
            raise _no_version(adaptation_id, number)
        return _version(row)

    def versions(self, adaptation_id: str, *, limit: int, offset: int) -> tuple[list[Version], int]:
        """All versions of an adaptation, the newest first, and how many there are."""
        its = versions.c.adaptation_id == adaptation_id
        with self._database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(versions).where(its)).scalar_one()
            rows = connection.execute(
                select(*_LIGHT).where(its).order_by(versions.c.version.desc()).limit(limit).offset(offset)
            )
            return [_version(row) for row in rows], total

    def next_label(self, adaptation_id: str) -> int:
        """A name that no label of any version has, also of those that were left behind."""
        its = versions.c.adaptation_id == adaptation_id
        latest = select(versions.c.summary).where(its).order_by(versions.c.version.desc()).limit(1)
        with self._database.reading() as connection:
            summary = connection.execute(latest).scalar_one_or_none()
        return int(summary["next_label"]) if summary else 1

    def child_of(self, adaptation_id: str, number: int) -> int | None:
        """The newest version that was made from another."""
        children = (versions.c.adaptation_id == adaptation_id) & (versions.c.parent == number)
        with self._database.reading() as connection:
            found: int | None = connection.execute(
                select(func.max(versions.c.version)).where(children)
            ).scalar_one()
            return found

    def body(self, version: Version) -> Body:
        """Request and labels.

        Raises:
            NotFoundError: it was deleted in the meantime.
        """
        return Body.from_text(str(self._column(version, versions.c.request)), version.next_label)

    def parameters(self, version: Version) -> bytes:
        """Of the model.

        Raises:
            NotFoundError: it was deleted in the meantime.
        """
        return bytes(self._column(version, versions.c.parameters))

    def add(self, adaptation_id: str, owner: str, new: NewVersion, *, parent: int, head: int) -> Version:
        """A new version, which becomes the current one.

        Args:
            adaptation_id: whose.
            owner: of the adaptation.
            new: the version.
            parent: what it was made from.
            head: the current version, as far as its maker knows.

        Raises:
            NotFoundError: there is no such adaptation, or it is somebody else's.
            VersionConflictError: another version is current.
        """
        with self._database.writing() as connection:
            # The row of the adaptation is locked first: of two that come at once the second one finds a new head.
            _move(connection, adaptation_id, owner, to=head, head=head)
            latest = select(func.max(versions.c.version)).where(versions.c.adaptation_id == adaptation_id)
            number = connection.execute(latest).scalar_one() + 1
            made = _insert(connection, adaptation_id, number, new, parent=parent)
            _move(connection, adaptation_id, owner, to=number, head=head)
            return made

    def move_head(self, adaptation_id: str, owner: str, *, to: int, head: int) -> None:
        """Make an existing version the current one; arguments and errors as `add`."""
        with self._database.writing() as connection:
            _move(connection, adaptation_id, owner, to=to, head=head)

    def delete(self, adaptation_id: str, owner: str) -> None:
        """Forget an adaptation with all its versions; its maps stay.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        with self._database.writing() as connection:
            _get(connection, adaptation_id, owner)
            connection.execute(delete(adaptations).where(adaptations.c.id == adaptation_id))

    def _column(self, version: Version, column: ColumnElement[Any]) -> Any:  # noqa: ANN401 - text or bytes
        with self._database.reading() as connection:
            chosen = select(column).where(_is(version.adaptation_id, version.number))
            found = connection.execute(chosen).scalar_one_or_none()
        if found is None:
            raise _no_version(version.adaptation_id, version.number)
        return found


def _create(connection: Connection, owner: str, new: NewVersion) -> Version:
    adaptation_id = secrets.token_hex(16)
    connection.execute(insert(adaptations).values(id=adaptation_id, owner=owner, created=time.time(), head=1))
    return _insert(connection, adaptation_id, 1, new, parent=None)


def _insert(
    connection: Connection,
    adaptation_id: str,
    number: int,
    new: NewVersion,
    *,
    parent: int | None,
) -> Version:
    created, next_label = time.time(), new.body.labels.next_id
    connection.execute(
        insert(versions).values(
            adaptation_id=adaptation_id,
            version=number,
            parent=parent,
            created=created,
            change=dict(new.change),
            request=new.body.text,
            map_id=new.map_id,
            summary={**new.summary.to_json(), "next_label": next_label},
            parameters=new.parameters,
        )
    )
    return Version(adaptation_id, number, parent, created, new.change, new.map_id, new.summary, next_label)


def _move(connection: Connection, adaptation_id: str, owner: str, *, to: int, head: int) -> None:
    moved = connection.execute(
        update(adaptations)
        .where(adaptations.c.id == adaptation_id, adaptations.c.owner == owner, adaptations.c.head == head)
        .values(head=to)
    )
    if not moved.rowcount:
        now = _get(connection, adaptation_id, owner).head
        raise VersionConflictError(
            f"Version {now} is current, not {head}: the adaptation was changed in the meantime. Look at version "
            f"{now}, and send the change again if it is still wanted."
        )


def _at_head(connection: Connection, owner: str, map_id: str) -> Version | None:
    chosen = select(*_LIGHT).join(adaptations, _is_head())
    chosen = chosen.where(adaptations.c.owner == owner, versions.c.map_id == map_id)
    row = connection.execute(chosen.order_by(adaptations.c.created.desc()).limit(1)).one_or_none()
    return None if row is None else _version(row)


def _get(connection: Connection, adaptation_id: str, owner: str) -> Adaptation:
    mine = and_(adaptations.c.id == adaptation_id, adaptations.c.owner == owner)
    row = connection.execute(select(adaptations).where(mine)).one_or_none()
    if row is None:
        raise no_adaptation(adaptation_id)
    return Adaptation(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it


def _is_head() -> ColumnElement[bool]:
    return and_(adaptations.c.id == versions.c.adaptation_id, adaptations.c.head == versions.c.version)


def _is(adaptation_id: str, number: int) -> ColumnElement[bool]:
    return and_(versions.c.adaptation_id == adaptation_id, versions.c.version == number)


def _version(row: Row[Any]) -> Version:
    return Version(
        adaptation_id=row.adaptation_id,
        number=row.version,
        parent=row.parent,
        created=row.created,
        change=row.change,
        map_id=row.map_id,
        summary=Summary.from_json(row.summary),
        next_label=row.summary["next_label"],
    )


def no_adaptation(adaptation_id: str) -> NotFoundError:
    """What to say of an adaptation that does not exist, or is another's."""
    return NotFoundError(
        f"There is no adaptation {adaptation_id} here; GET /adaptations lists those that there are."
    )


def _no_version(adaptation_id: str, number: int) -> NotFoundError:
    return NotFoundError(
        f"The adaptation has no version {number}; GET /adaptations/{adaptation_id}/versions lists those that it has."
    )
