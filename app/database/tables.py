"""The tables. Times are seconds since 1970 (UTC); an owner is the id of a key, or `LOCAL` where keys are off."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

LOCAL = "local"
"""The owner of everything where the server asks for no keys."""

metadata = MetaData()

versions = Table(
    "landshot_version",
    metadata,
    Column("release", Integer, primary_key=True),  # of these tables, not of Landshot
)

keys = Table(
    "api_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("secret_sha256", String(64), nullable=False),
    Column("created", Float, nullable=False),
    Column("revoked", Float),
    Column("quotas", JSON, nullable=False),  # setting -> number, where a key's differ from the server's
)

adaptations = Table(
    "adaptations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("owner", String(16), nullable=False, index=True),
    Column("created", Float, nullable=False),
    Column("head", Integer, nullable=False),  # the version that is current
)

adaptation_versions = Table(
    "adaptation_versions",
    metadata,
    Column("adaptation_id", ForeignKey("adaptations.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),  # from 1
    Column("parent", Integer),  # the version that it was made from
    Column("created", Float, nullable=False),
    Column("change", JSON, nullable=False),  # what was done to the labels
    Column("request", Text, nullable=False),  # the body of POST /adapt that makes the same, as JSON
    Column("map_id", String(32), nullable=False, index=True),  # of the map that it makes, there or not
    Column("summary", JSON, nullable=False),  # legend, labelled pixels, grid, lineage
    Column("parameters", LargeBinary, nullable=False),  # safetensors
)

jobs = Table(
    "jobs",
    metadata,
    # The order of arrival; BigInteger alone would not count up by itself in SQLite.
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("owner", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("request", Text, nullable=False),  # the body of POST /adapt, as JSON
    Column("again", Boolean, nullable=False),  # make the map even where it is there
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("finished", Float),
    Column("updated", Float, nullable=False),
    Column("stage", String(32), nullable=False, default=""),
    Column("message", Text, nullable=False, default=""),
    Column("map_id", String(32)),  # known once the imagery is
    Column("adaptation_id", String(32)),
    Column("adaptation_version", Integer),
    Column("problem", JSON),  # why it failed: problem details
    Column("tile_size", Integer),
    Column("tiles_total", Integer),
    Column("worker", String(64)),  # who has the lease
    Column("lease_until", Float),
    Column("fruitless", Integer, nullable=False, default=0),  # claims since the last finished tile
    Index("jobs_by_status", "status", "owner", "number"),
    Index("jobs_by_owner", "owner", "number"),
    Index("jobs_by_end", "finished"),
)

job_tiles = Table(
    "job_tiles",
    metadata,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("tile", Integer, primary_key=True),  # from 0, row by row
    Column("finished", Float, nullable=False, index=True),
)

turns = Table(
    "turns",
    metadata,
    Column("owner", String(16), primary_key=True),
    Column("last", BigInteger, nullable=False),  # counts claims: who was served longest ago comes next
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("owner", String(16), primary_key=True),
    Column("idempotency_key", String(255), primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("created", Float, nullable=False),
    Column("job_id", String(32)),
    Column("map_id", String(32)),  # one of the two, once it is known
)

map_owners = Table(
    "map_owners",
    metadata,
    Column("map_id", String(32), primary_key=True),
    Column("owner", String(16), primary_key=True),
    Column("created", Float, nullable=False),
    Column("used", Float, nullable=False),  # when it was last asked for, to within an hour
)

workers = Table(
    "workers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("device", String(32), nullable=False),
    Column("seen", Float, nullable=False),
    Column("state", String(32), nullable=False),  # "idle", "busy", "paused"
    Column("reason", Text, nullable=False),  # why it is paused
)
