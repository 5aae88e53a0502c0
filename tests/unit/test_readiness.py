from __future__ import annotations

import asyncio
import threading

import pytest

from app.operations import readiness as readiness_module
from app.operations.device import Gpu, parse_gpus
from app.operations.disk import free_bytes, shortage
from app.operations.readiness import PAUSED, Part, Readiness


def test_every_part_is_asked_and_told():
    checks = {"disk": lambda: Part("paused: full", {"free": 1}), "model": Part}
    parts = asyncio.run(Readiness(checks).parts())
    assert (parts["disk"].state, parts["disk"].details) == ("paused: full", {"free": 1})
    assert parts["model"].state == "ready"
    assert [part.is_missing for part in parts.values()] == [False, False]
    assert Part("gone").is_missing
    assert not Part(PAUSED + "gone").is_missing


def test_many_probes_are_one_look_a_second(monkeypatch):
    asked = []

    def look():
        asked.append(1)
        return Part()

    readiness = Readiness({"disk": look})

    async def probe():
        await asyncio.gather(*(readiness.parts() for _ in range(50)))
        await readiness.parts()
        first = len(asked)
        now = readiness_module.time.monotonic()
        monkeypatch.setattr(readiness_module.time, "monotonic", lambda: now + 1.1)
        await readiness.parts()
        return first, len(asked)

    assert asyncio.run(probe()) == (1, 2)


def test_a_part_that_hangs_is_told_and_not_asked_again(monkeypatch):
    monkeypatch.setattr(readiness_module, "LIMIT_S", 0.05)
    monkeypatch.setattr(readiness_module, "KEPT_S", 0.0)
    answers, asked = threading.Event(), []

    def hang():
        asked.append(1)
        answers.wait(30)
        return Part()

    readiness = Readiness({"disk": hang, "model": Part})

    async def probe():
        states = [{name: part.state for name, part in (await readiness.parts()).items()} for _ in range(3)]
        assert len(asked) == 1
        answers.set()
        monkeypatch.setattr(readiness_module, "LIMIT_S", 30.0)
        assert not (await readiness.parts())["disk"].is_missing
        return states

    states = asyncio.run(probe())
    assert states == [{"disk": "does not answer within 0.05 s", "model": "ready"}] * 3


@pytest.mark.parametrize(
    ("error", "said"),
    [(OSError("/secret/path"), "does not answer"), (RuntimeError("x"), "cannot be checked")],
)
def test_a_part_that_fails_tells_the_log_and_not_the_client(caplog, error, said):
    def fail():
        raise error

    state = asyncio.run(Readiness({"disk": fail}).parts())["disk"].state
    assert state.startswith(said)
    assert str(error) in caplog.text
    assert str(error) not in state


def test_a_full_disk_is_told_with_numbers_and_what_would_help(tmp_path):
    assert shortage(tmp_path, 0) is None
    assert shortage(tmp_path / "not" / "yet", 1) is None
    reason = shortage(tmp_path, 10**18)
    assert "and jobs need 1,000,000,000.0 GB (LANDSHOT_MIN_FREE_BYTES)" in reason
    assert "by themselves" in reason
    assert str(tmp_path) not in reason
    assert free_bytes(tmp_path) > 0


def test_a_data_folder_that_cannot_be_looked_at_is_a_shortage(tmp_path, monkeypatch):
    def fail(_folder):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("app.operations.disk.shutil.disk_usage", fail)
    assert "Input/output error" in shortage(tmp_path, 0)


def test_gpus_are_read_from_what_the_driver_prints():
    printed = "0, NVIDIA H200, 1024, 143771\n1, NVIDIA H200, 0, 143771\n"
    assert parse_gpus(printed) == (
        Gpu(0, "NVIDIA H200", 1024 * 2**20, 143771 * 2**20),
        Gpu(1, "NVIDIA H200", 0, 143771 * 2**20),
    )
    with pytest.raises(ValueError, match="int"):
        parse_gpus("0, NVIDIA H200, [N/A], 143771\n")
