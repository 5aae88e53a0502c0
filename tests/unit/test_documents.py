"""README and docs/ against the code: what they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.cli import main
from app.settings import Settings

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
        for name, arguments in re.findall(r"\blandshot ([a-z][a-z-]*)([^|;`]*)", line):
            command = main.commands.get(name)
            options = (
                {option for parameter in command.params for option in parameter.opts} if command else set()
            )
            used = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", arguments)) - {"--help"}
            unknown += [name] if command is None else [f"{name} {option}" for option in used - options]
    assert unknown == []


def test_the_settings_are_documented_as_they_are():
    page = (ROOT / "docs" / "deployment.md").read_text()
    table = re.findall(r"^\| (`LANDSHOT_.*?) \| ", page, flags=re.MULTILINE)
    documented = {name.lower() for row in table for name in re.findall(r"LANDSHOT_([A-Z_]+)", row)}
    assert documented == set(Settings.model_fields)


def code_in(document: Path) -> list[str]:
    """The code blocks and code spans of a document."""
    text = document.read_text()
    blocks = re.findall(r"```.*?```", text, flags=re.DOTALL)
    return blocks + re.findall(r"`[^`\n]+`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
