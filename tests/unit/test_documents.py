"""README and docs/ against the code: what they name exists."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import click
import pytest

from app.cli import main
from app.settings import Settings
from model.evaluation_report import Comparison, Document, Failure, Record, Summary
from model.meta_config import MetaTrainingConfig
from model.methods.registry import METHODS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document):
    prose = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    targets = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]+)[^)]*\)", prose)
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_in_the_documents_exist(document):
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)", "\n".join(code_in(document)))) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_and_options_in_the_documents_exist(document):
    unknown = []
    for line in "\n".join(code_in(document)).replace("\\\n", " ").splitlines():
        for name, arguments in re.findall(r"\blandshot (?!landshot )([a-z][a-z-]*)([^|;`]*)", line):
            command = command_of(f"{name} {arguments}")
            options = (
                {option for parameter in command.params for option in parameter.opts} if command else set()
            )
            used = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", arguments)) - {"--help"}
            unknown += [name] if command is None else [f"{name} {option}" for option in used - options]
    assert unknown == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_benchmarks_and_their_options_in_the_documents_exist(document):
    unknown = []
    for line in "\n".join(code_in(document)).replace("\\\n", " ").splitlines():
        for name, arguments in re.findall(r"\bbenchmarks[/.](\w+)(?:\.py)?([^|;`]*)", line):
            script = ROOT / "benchmarks" / f"{name}.py"
            used = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", arguments))
            unknown += [name] if not script.exists() else used - options_of(script)
    assert unknown == []


@pytest.mark.parametrize("name", ["adapt", "evaluate", "meta-train", "regions build"])
def test_every_option_of_a_command_is_in_its_section(name):
    section = section_of("cli.md", f"landshot {name}")
    options = {option for parameter in command_of(name).params for option in parameter.opts}
    long = {option for option in options if option.startswith("--")}
    assert long - {"--help"} <= set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", section))


def test_every_method_is_described_once_and_no_other():
    page = (ROOT / "docs" / "methods.md").read_text()
    assert sorted(re.findall(r"\*\*`([^`]+)`\*\*", page)) == sorted(METHODS)


def test_every_option_of_the_methods_training_is_documented():
    section = section_of("methods.md", "How they are trained")
    assert set(re.findall(r"`(--[a-z-]+)", section)) == options_of(ROOT / "benchmarks" / "train_methods.py")


def test_the_fields_of_evaluations_json_are_documented():
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", section_of("cli.md", "Results"), flags=re.MULTILINE))
    fields = {"records": Record, "summary": Summary, "comparison": Comparison, "failures": Failure}
    assert set(rows) | {"default_method"} == set(Document.__annotations__)
    for name, entry in fields.items():
        assert set(re.findall(r"`(\w+)`", rows[name])) == set(entry.__annotations__), name


def test_the_configuration_of_meta_training_is_documented_with_its_defaults():
    documented = {}
    for names, values in re.findall(
        r"^\| ((?:`\S+`,? ?)+) \| ([^|]+) \| ",
        section_of("training.md", "The outer loop"),
        flags=re.MULTILINE,
    ):
        section = "".join(f"{name}." for name in re.findall(r"`\[(\w+)\]`", names))
        keys = re.findall(r"`(\w+)`", names)
        documented |= {
            section + key: value for key, value in zip(keys, json.loads(f"[{values}]"), strict=True)
        }
    config = json.loads(json.dumps(asdict(MetaTrainingConfig())))
    nested = {
        f"{name}.{key}": value for name in ("shape", "simulation") for key, value in config.pop(name).items()
    }
    assert documented == config | nested


def test_the_modules_that_the_architecture_names_exist():
    missing = []
    for line in re.findall(
        r"^    (\w+/.*)$", (ROOT / "docs" / "architecture.md").read_text(), flags=re.MULTILINE
    ):
        first, rest = line.split(maxsplit=1)
        folder = (ROOT / first).parent if first.endswith(".py") else ROOT / first
        named = [ROOT / first, *(folder / name for name in re.findall(r"\b\w+\.py\b", rest))]
        missing += [path.name for path in named if not path.exists()]
    assert missing == []


def test_the_settings_are_documented_as_they_are():
    page = (ROOT / "docs" / "deployment.md").read_text()
    table = re.findall(r"^\| (`LANDSHOT_.*?) \| ", page, flags=re.MULTILINE)
    documented = {name.lower() for row in table for name in re.findall(r"LANDSHOT_([A-Z_]+)", row)}
    assert documented == set(Settings.model_fields)


def section_of(page: str, title: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    text = (ROOT / "docs" / page).read_text()
    heading = re.search(rf"^(#+) {re.escape(title)}$", text, flags=re.MULTILINE)
    assert heading, f"{page} has no section {title}"
    after = text[heading.end() :]
    following = re.search(rf"^#{{1,{len(heading[1])}}} ", after, flags=re.MULTILINE)
    return after[: following.start()] if following else after


def command_of(line: str) -> click.Command | None:
    """The command that a line names, also one of a group."""
    command = main
    for word in line.split():
        if not isinstance(command, click.Group):
            break
        command = command.commands.get(word)
    return command


def options_of(script: Path) -> set[str]:
    """The options that a benchmark takes."""
    return set(re.findall(r'add_argument\(\s*"(--[a-z-]+)"', script.read_text()))


def code_in(document: Path) -> list[str]:
    """The code blocks and code spans of a document."""
    text = document.read_text()
    blocks = re.findall(r"```.*?```", text, flags=re.DOTALL)
    return blocks + re.findall(r"`[^`\n]+`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
