from __future__ import annotations

import asyncio
import hashlib
import re
import time

import pytest

from app.database.connection import Database
from app.database.tables import LOCAL
from app.keys.exposure import ExposedError, check_exposure, is_loopback, keys_required
from app.keys.key import QUOTAS, read_key
from app.keys.known import KnownKeys
from app.keys.ownership import claim_map, maps_of, owns_map, touch_map, visible_maps
from app.keys.quotas import quota_of
from app.keys.rate import RequestRates
from app.keys.store import KeyNameError, KeyStore
from app.settings import Settings
from geodata.errors import NotFoundError

ONE, OTHER = "1" * 32, "2" * 32


@pytest.fixture
def database(tmp_path):
    opened = Database.open(None, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def store(database):
    return KeyStore(database)


def test_a_key_is_told_once_and_kept_as_a_hash(store, tmp_path):
    key, written = store.create("mapping agency")
    secret = re.fullmatch(rf"lsk_{key.id}_([0-9a-f]{{64}})", written)[1]
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert secret.encode() not in kept
    assert hashlib.sha256(secret.encode()).hexdigest().encode() in kept
    assert store.all() == [key]


def test_no_two_keys_are_alike(store):
    made = [store.create("a") for _ in range(20)]
    assert len({key.id for key, _ in made}) == len({written for _, written in made}) == 20
    assert LOCAL not in {key.id for key, _ in made}


@pytest.mark.parametrize("name", ["", "   ", "a" * 65, "a\nb", "a\x1b[31m", "a\u202eb"])
def test_names_that_a_log_could_not_show_are_refused(store, name):
    with pytest.raises(KeyNameError, match="printable"):
        store.create(name)


@pytest.mark.parametrize("quotas", [{"max_requests_per_minute": 0}, {"max_pixels": 1}])
def test_quotas_that_a_key_does_not_have_are_refused(store, quotas):
    with pytest.raises(KeyNameError, match="at least 1"):
        store.create("a", quotas)


def test_a_key_is_revoked_once(store):
    key, _ = store.create("a")
    first = store.revoke(key.id)
    assert first.revoked is not None
    assert store.revoke(key.id) == first == store.all()[0]
    assert not store.any_good()
    with pytest.raises(NotFoundError, match="no key"):
        store.revoke("0" * 12)


@pytest.mark.parametrize(
    "text",
    ["", "lsk_", "lsk_0123456789ab_", "LSK_0123456789ab_" + "0" * 64, "lsk_0123456789ab_" + "g" * 64]
    + ["lsk_0123456789ab_" + "0" * 64 + tail for tail in ("0", "\n", " ")],
)
def test_what_is_no_key_is_told_without_a_database(text):
    assert read_key(text) is None


def test_keys_are_verified(store):
    key, written = store.create("a")
    _, others = store.create("b")
    forged = f"lsk_{key.id}_{others.rsplit('_', 1)[1]}"
    unknown = f"lsk_{'0' * 12}_{written.rsplit('_', 1)[1]}"

    async def verify():
        known = KnownKeys(store)
        return [await known.verified(read_key(text)) for text in (written, written, forged, unknown)]

    assert asyncio.run(verify()) == [key, key, None, None]


def test_a_revoked_key_is_refused_once_it_is_forgotten(store):
    key, written = store.create("a")

    async def verify():
        known = KnownKeys(store, remembered_s=0.2)
        before = await known.verified(read_key(written))
        store.revoke(key.id)
        remembered = await known.verified(read_key(written))
        await asyncio.sleep(0.25)
        return before, remembered, await known.verified(read_key(written)), await known.good(key.id)

    assert asyncio.run(verify()) == (key, key, None, None)


def test_requests_that_come_together_ask_the_database_once(store, monkeypatch):
    key, written = store.create("a")
    asked = []
    find = KeyStore.find
    monkeypatch.setattr(KeyStore, "find", lambda self, key_id: asked.append(key_id) or find(self, key_id))

    async def verify():
        known = KnownKeys(store)
        await asyncio.gather(*(known.verified(read_key(written)) for _ in range(50)))
        await known.verified(read_key(written))

    asyncio.run(verify())
    assert asked == [key.id]


def test_a_minute_holds_as_many_requests_as_it_says_and_they_come_back_evenly():
    now = [100.0]
    rates = RequestRates(clock=lambda: now[0])
    assert [rates.wait_s("a", 6) for _ in range(7)] == [0] * 6 + [10]
    assert rates.wait_s("b", 6) == 0, "each key has its own"
    now[0] += 9.0
    assert rates.wait_s("a", 6) == 1
    now[0] += 1.1
    assert [rates.wait_s("a", 6), rates.wait_s("a", 6)] == [0, 10]
    now[0] += 3600
    assert [rates.wait_s("a", 6) for _ in range(7)] == [0] * 6 + [10], "what is not used does not pile up"


def test_waiting_as_long_as_told_is_enough():
    now = [0.0]
    rates = RequestRates(clock=lambda: now[0])
    for per_minute in (1, 7, 60, 6000):
        owner = str(per_minute)
        while not (wait := rates.wait_s(owner, per_minute)):
            pass
        now[0] += wait
        assert rates.wait_s(owner, per_minute) == 0


def test_buckets_of_keys_that_went_away_are_forgotten(monkeypatch):
    monkeypatch.setattr("app.keys.rate.MOST_BUCKETS", 10)
    now = [0.0]
    rates = RequestRates(clock=lambda: now[0])
    for i in range(10):
        rates.wait_s(str(i), 1)
    now[0] += 61
    rates.wait_s("late", 1)
    assert list(rates._buckets) == ["late"]


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("0.0.0.0", False),  # noqa: S104 - that is what is refused
        ("::", False),
        ("192.168.1.5", False),
        ("127.0.0.1.example.org", False),
        ("maps.example.org", False),
        ("", False),
    ],
)
def test_addresses_that_only_this_machine_reaches(host, loopback):
    assert is_loopback(host) is loopback
    assert keys_required(Settings(host=host)) is not loopback


def test_the_operator_can_ask_for_keys_on_loopback():
    assert keys_required(Settings(require_keys=True))


def test_a_server_that_others_reach_needs_a_key(database, store):
    settings = Settings(host="0.0.0.0")  # noqa: S104
    with pytest.raises(ExposedError, match="landshot keys create"):
        check_exposure(settings, database)
    key, _ = store.create("a")
    check_exposure(settings, database)
    store.revoke(key.id)
    with pytest.raises(ExposedError, match="landshot keys create"):
        check_exposure(settings, database)


def test_keys_cannot_be_switched_off_where_others_reach_the_server(database, store):
    store.create("a")
    with pytest.raises(ExposedError, match="proxy"):
        check_exposure(Settings(host="0.0.0.0", require_keys=False), database)  # noqa: S104
    check_exposure(Settings(require_keys=False), database)


def test_a_keys_own_quota_wins(database, store):
    settings = Settings(max_queued_jobs=5, max_running_jobs=3, max_requests_per_minute=7)
    key, _ = store.create("a", {"max_queued_jobs": 2, "max_requests_per_minute": 9})
    assert [quota_of(database, settings, key.id, name) for name in QUOTAS] == [2, 3, 9]
    for owner in (LOCAL, "0" * 12):
        assert [quota_of(database, settings, owner, name) for name in QUOTAS] == [5, 3, 7]
    with pytest.raises(ValueError, match="max_pixels"):
        quota_of(database, settings, key.id, "max_pixels")


def test_a_map_can_have_several_owners_and_each_sees_its_own(database):
    for owner, identifier in (("a", ONE), ("a", ONE), ("b", ONE), ("b", OTHER)):
        claim_map(database, owner, identifier)
    assert [owns_map(database, owner, ONE) for owner in ("a", "b", "c", "")] == [True, True, False, False]
    assert maps_of(database, "a") == {ONE}
    assert maps_of(database, "b") == {ONE, OTHER}
    assert visible_maps(database, "b", ["0", OTHER, ONE]) == [OTHER, ONE]


def test_without_keys_every_map_is_everybodys(database):
    claim_map(database, "a", ONE)
    assert owns_map(database, LOCAL, ONE)
    assert owns_map(database, LOCAL, OTHER), "also one that was made before there was a database"
    assert visible_maps(database, LOCAL, [ONE, OTHER]) == [ONE, OTHER]


def used(database, owner):
    from sqlalchemy import select  # noqa: PLC0415 - as the oracle

    from app.database.tables import map_owners  # noqa: PLC0415

    with database.reading() as connection:
        return connection.execute(
            select(map_owners.c.used).where(map_owners.c.owner == owner)
        ).scalar_one_or_none()


def test_the_use_of_a_map_is_written_down_once_an_hour(database, monkeypatch):
    now = [time.time()]
    monkeypatch.setattr("app.keys.ownership.time.time", lambda: now[0])
    claim_map(database, "a", ONE)
    began = now[0]
    for passed, expected in ((1, began), (3599, began), (3602, began + 3602), (4000, began + 3602)):
        now[0] = began + passed
        touch_map(database, "a", ONE)
        assert used(database, "a") == expected


def test_using_a_map_makes_nobody_its_owner_but_without_keys(database):
    touch_map(database, "a", ONE)
    assert not owns_map(database, "a", ONE)
    touch_map(database, LOCAL, ONE)
    assert used(database, LOCAL) is not None
