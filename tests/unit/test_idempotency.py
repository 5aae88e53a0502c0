"""Keys of requests that may come again, on SQLite and on PostgreSQL."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select, update

from app.database.connection import Database
from app.database.tables import idempotency
from app.errors import (
    IdempotencyKeyError,
    IdempotencyKeyReusedError,
    QueueFullError,
    RequestUnderWayError,
)
from app.idempotency import ABANDONED_AFTER_S, KEPT_S, Earlier, IdempotencyKey
from app.jobs.store import JobStore, new_job

MAP = "0" * 32


@pytest.fixture
def database(database_url, tmp_path):
    opened = Database.open(database_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def key(database):
    def read(text="k", *, owner="a", path="/adapt", body=b"{}"):
        return IdempotencyKey.read(text, database=database, owner=owner, path=path, body=body)

    return read


def submit(connection, most=99):
    return new_job(connection, "a", "{}", again=False, most_under_way=most)


def age(database, seconds):
    with database.writing() as connection:
        connection.execute(update(idempotency).values(created=time.time() - seconds))


@pytest.mark.parametrize("text", ["", "x" * 256, "a\tb", "\u00e9", "a\n"])
def test_a_key_is_printable_ascii(key, text):
    with pytest.raises(IdempotencyKeyError):
        key(text)


def test_a_request_that_is_being_answered_is_told_so_and_then_has_its_answer(key):
    assert key().begin() is None
    with pytest.raises(RequestUnderWayError):
        key().begin()
    with pytest.raises(RequestUnderWayError):
        key().begin_job(submit)
    key().keep(MAP)
    assert key().begin() == Earlier(map_id=MAP)
    assert key().begin_job(submit) == (None, Earlier(map_id=MAP))


def test_a_request_that_was_refused_begins_anew(key):
    assert key().begin() is None
    key().release()
    assert key().begin() is None


def test_a_job_and_its_key_are_kept_together_or_not_at_all(key, database):
    with pytest.raises(QueueFullError):
        key().begin_job(lambda connection: submit(connection, 0))
    with database.reading() as connection:
        assert connection.execute(select(idempotency)).all() == []
    job, earlier = key().begin_job(submit)
    assert earlier is None
    key().release()  # changes nothing: the request was answered
    assert key().begin_job(submit) == (None, Earlier(job=job))
    assert key().begin() == Earlier(job=job)


@pytest.mark.parametrize("change", [{"body": b"{ }"}, {"path": "/processes/adapt/execution"}])
def test_another_request_is_refused_under_the_same_key(key, change):
    key().begin_job(submit)
    with pytest.raises(IdempotencyKeyReusedError):
        key(**change).begin()
    assert key("other", **change).begin() is None
    assert key(owner="b", **change).begin() is None


def test_a_key_is_forgotten_after_a_day(key, database):
    key().begin_job(submit)
    age(database, KEPT_S - 60)
    assert key().begin() is not None
    age(database, KEPT_S + 1)
    assert key(body=b"other").begin() is None


def test_a_request_whose_server_is_gone_may_begin_again(key, database):
    key().begin()
    age(database, ABANDONED_AFTER_S + 1)
    assert key().begin() is None


def test_a_job_that_was_forgotten_is_made_anew(key, database):
    job, _ = key().begin_job(submit)
    store = JobStore(database)
    store.dismiss(job.id, "a")
    store.remove(job.id, "a")
    again, _ = key().begin_job(submit)
    assert again.id != job.id
    assert key().begin() == Earlier(job=again)


def test_of_many_at_once_one_makes_the_job(key, database):
    together = Barrier(8)

    def send(_):
        together.wait()
        job, earlier = key().begin_job(submit)
        return (job or earlier.job).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(send, range(8)))) == 1
    assert JobStore(database).counts() == {"accepted": 1}
