"""Rules that hold for the whole tree, whatever is added to it."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
OURS = ("app", "model", "geodata", "benchmarks", "packaging", "tests")
LAYERS = ("app", "model", "geodata")
OTHERS = {"node_modules", "dist"}
"""Folders with packages of others, or what is built: neither is in the repository."""
CODE_SUFFIXES = {".py", ".sh", ".ts", ".tsx", ".css", ".html"}

RUNS_CODE_FROM_FILES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
RUNS_CODE_FROM_TEXT = {"eval", "exec", "compile", "__import__"}
RUNS_CODE = {"torch.load", "torch.hub.load", "torch.jit.load", "pd.read_pickle", "pandas.read_pickle"} | {
    f"builtins.{name}" for name in RUNS_CODE_FROM_TEXT
}
"""Whatever is passed with it: `weights_only=True` is one keyword from being left out."""


def ours(folder: str, pattern: str = "*") -> list[Path]:
    """Files of the repository below a folder."""
    found = (ROOT / folder).rglob(pattern)
    return sorted(path for path in found if path.is_file() and not OTHERS & set(path.parts))


SOURCES = [path for folder in OURS for path in ours(folder, "*.py")]


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def pyproject() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    lines = [line.split("#")[0].strip() for line in (ROOT / "constraints.txt").read_text().splitlines()]
    exact = re.compile(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.!+_-]+)")
    loose = [line for line in lines if line and not exact.fullmatch(line)]
    assert not loose, f"constraints.txt holds exact versions only, and names no index: {loose}"
    return {canonical(match[1]): match[2] for line in lines if (match := exact.fullmatch(line))}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def dangers(tree: ast.AST) -> list[str]:
    """Everything in a module through which a file or a text could run code."""
    found = []
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Import(names=modules):
                taken = {module.name.split(".")[0] for module in modules}
                found += [f"line {line}: import {name}" for name in taken & RUNS_CODE_FROM_FILES]
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in RUNS_CODE_FROM_FILES:
                found.append(f"line {line}: from {module} import ...")
            case ast.ImportFrom(module=str(module), names=taken):
                whole = {f"{module}.{name.name}" for name in taken}
                found += [f"line {line}: {name}" for name in whole & RUNS_CODE]
            case ast.Call(func=ast.Name(id=name)) if name in RUNS_CODE_FROM_TEXT:
                found.append(f"line {line}: {name}()")
            case ast.Call(func=ast.Attribute() as name) if ast.unparse(name) in RUNS_CODE:
                found.append(f"line {line}: {ast.unparse(name)}()")
            case ast.keyword(arg="allow_pickle", value=value) if ast.unparse(value) != "False":
                found.append(f"line {line}: allow_pickle={ast.unparse(value)}")
            case ast.keyword(arg="shell", value=ast.Constant(value=True)):
                found.append(f"line {line}: shell=True")
            case _:
                pass
    return found


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_nothing_runs_code_that_came_from_a_file_or_a_request(path):
    assert dangers(ast.parse(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "import torch\ntorch.load(path)",
        "import torch\ntorch.load(path, weights_only=True)",
        "import torch\ntorch.hub.load(path)",
        "from torch import load",
        "import pandas as pd\npd.read_pickle(path)",
        "import marshal",
        "import builtins\nbuiltins.eval(text)",
        "exec(text)",
        "np.load(path, allow_pickle=True)",
        "eval(text)",
        "subprocess.run(text, shell=True)",
    ],
)
def test_the_rule_above_sees_what_it_forbids(source):
    assert dangers(ast.parse(source))


def test_the_rule_above_lets_the_safe_forms_pass():
    lines = [
        "json.load(file)",
        "safetensors.torch.load_file(path)",
        "np.load(path, allow_pickle=False)",
        "model.eval()",
        "re.compile(a)",
    ]
    assert dangers(ast.parse("\n".join(lines))) == []


@pytest.mark.parametrize("folder", OURS)
@pytest.mark.parametrize(
    "source",
    [
        "import pickle\npickle.loads(x)",
        "import marshal",
        "import torch\ntorch.load(x)",
        "from torch import load",
        "eval(x)",
        "exec(x)",
    ],
)
def test_the_linter_refuses_it_too_in_every_folder(folder, source):
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise"]
    done = subprocess.run(
        [*command, "--stdin-filename", f"{folder}/made_up.py", "-"],
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r"\b(S102|S301|S302|S307|TID251)\b", done.stdout), done.stdout + done.stderr


def test_no_exception_from_the_linters_security_rules_covers_them():
    code = {"S102", "S301", "S302", "S307", "TID251"}
    excused = {
        f"{names(path)}: {rule}"
        for path in SOURCES
        if path != Path(__file__)
        for comment in re.findall(r"#\s*(?:ruff: )?noqa:\s*([A-Z0-9, ]+)", path.read_text())
        for rule in code & set(re.split(r"[\s,]+", comment))
    }
    assert excused == set()


def test_no_source_file_is_longer_than_400_lines():
    sources = [path for folder in OURS for path in ours(folder) if path.suffix in CODE_SUFFIXES]
    lengths = {names(path): len(path.read_text().splitlines()) for path in sources}
    assert len(lengths) >= len(SOURCES) > 0
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}


def test_every_dependency_is_pinned_to_a_version_that_satisfies_it(pyproject, pins):
    project = pyproject["project"]
    extras = [text for texts in project["optional-dependencies"].values() for text in texts]
    needed = [Requirement(text) for text in [*project["dependencies"], *extras]]
    assert [str(r) for r in needed if canonical(r.name) not in pins] == []
    unsatisfied = [str(r) for r in needed if not r.specifier.contains(pins[canonical(r.name)])]
    assert unsatisfied == []
    assert pins["torch"] == "2.13.0"


def test_shipped_weights_are_small_and_are_the_ones_their_manifest_describes():
    manifests = sorted((ROOT / "model" / "weights").glob("*.json"))
    assert manifests
    for manifest in manifests:
        content = manifest.with_suffix(".safetensors").read_bytes()
        assert len(content) <= 1_000_000
        assert hashlib.sha256(content).hexdigest() == json.loads(manifest.read_text())["sha256"]
    shipped = {path.stem for path in (ROOT / "model" / "weights").glob("*.safetensors")}
    assert shipped == {manifest.stem for manifest in manifests}


def test_the_wheel_has_the_three_layers_and_nothing_else(pyproject):
    packages = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert packages == pyproject["tool"]["importlinter"]["root_packages"] == ["app", "model", "geodata"]


def test_weights_of_the_other_methods_are_in_no_package_and_no_image(pyproject):
    methods = "model/weights/methods"
    assert methods in pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["exclude"]
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert lines.index(methods) > lines.index("!model"), "the last line that fits decides"


def test_data_files_in_the_packages_are_small():
    files = [path for layer in LAYERS for path in ours(layer)]
    assert [names(path) for path in files if path.stat().st_size > 1_000_000] == []


@pytest.mark.parametrize("module", ["app", "model", "geodata", "app.cli", "app.settings"])
def test_importing_the_packages_or_the_command_line_loads_no_heavy_library(module):
    # Start-up of `landshot --help` and of refusing bad input hangs on this.
    heavy = ["torch", "geopandas", "pandas", "titiler", "matplotlib", "pystac", "scipy", "sklearn", "prosail"]
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & set({heavy})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
