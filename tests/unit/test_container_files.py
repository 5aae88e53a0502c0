"""The Dockerfile as a text: what `make image-test`, which builds it, takes minutes to find out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def dockerfile() -> list[tuple[str, str]]:
    """(instruction, rest) pairs, lines that end in a backslash joined, comments left out."""
    text = (ROOT / "Dockerfile").read_text()
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [tuple(line.split(maxsplit=1)) for line in lines.replace("\\\n", " ").splitlines() if line.strip()]


def stages() -> dict[str, list[tuple[str, str]]]:
    """Build stage -> its instructions, after those of the stage that it starts from."""
    found: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for instruction, rest in dockerfile():
        if instruction == "FROM":
            base, _, name = rest.partition(" AS ")
            found[name] = list(found.get(base, []))
        found.setdefault(name, []).append((instruction, rest))
    return found


def test_the_image_can_be_built_on_any_base_and_the_cpu_target_is_the_default():
    instructions = dockerfile()
    assert instructions[0] == ("ARG", "BASE_IMAGE=python:3.11-slim-bookworm")
    starts = [rest.split(" AS ") for instruction, rest in instructions if instruction == "FROM"]
    assert starts[-1][1] == "cpu"
    assert {base for base, _ in starts} == {"${BASE_IMAGE}", "runtime"}


@pytest.mark.parametrize("target", ["cpu", "cuda"])
def test_the_image_serves_without_root_and_reports_its_health(target):
    instructions = stages()[target]
    users = [rest for instruction, rest in instructions if instruction == "USER"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1]), "numeric, and not root"
    checks = [rest for instruction, rest in instructions if instruction == "HEALTHCHECK"]
    assert len(checks) == 1
    assert "/readyz" in checks[0]
    commands = [json.loads(rest) for instruction, rest in instructions if instruction == "CMD"]
    assert commands[-1][:2] == ["landshot", "serve"]
    after_the_user = instructions[max(i for i, (name, _) in enumerate(instructions) if name == "USER") :]
    assert "RUN" not in [instruction for instruction, _ in after_the_user]


def test_what_the_image_copies_exists_and_is_let_through_to_the_build():
    lines = [line.strip() for line in (ROOT / ".dockerignore").read_text().splitlines()]
    assert "*" in lines
    copied = [
        source
        for instruction, rest in dockerfile()
        if instruction == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    ]
    assert {"app", "model", "geodata", "pyproject.toml", "constraints.txt"} <= set(copied)
    assert [source for source in copied if not (ROOT / source).exists() or f"!{source}" not in lines] == []
