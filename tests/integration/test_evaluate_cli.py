from __future__ import annotations

import json

import numpy as np
import pytest

from app.evaluation_plot import check_plot
from geodata.errors import OutputError
from geodata.whole_files import complete
from model.methods.registry import MissingExtraError

METHODS = "nearest,logistic-regression+indices"
WAVELENGTHS = np.array([490.0, 560, 665, 842])


def write_task(path, *, groups=20, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), 200 // groups)
    index = (np.arange(group.size) + group) % classes
    centres = np.random.default_rng(99).uniform(0.05, 0.4, size=(classes, 2, 4))
    x = (centres[index] + rng.normal(0, 0.08, size=(group.size, 2, 4))).astype(np.float32)
    x[rng.random((group.size, 2)) < 0.1] = np.nan
    names = np.array(["forest", "crop", "water"])[index]
    np.savez(path, x=x, y=names, wavelength_nm=WAVELENGTHS, day_of_year=np.array([100, 200]), group=group)


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    """Two tasks of one source, one of another, one of a single class, one that cannot be split; and no task file."""
    folder = tmp_path_factory.mktemp("tasks")
    write_task(folder / "alps_north.npz", seed=1)
    write_task(folder / "alps_south.npz", seed=2)
    write_task(folder / "delta.npz", seed=3)
    write_task(folder / "desert_one.npz", seed=4, classes=1)
    write_task(folder / "islet.npz", seed=5, groups=1)
    (folder / "index.json").write_text("{}")
    return folder


@pytest.fixture
def evaluate(landshot, tasks):
    def run(*more, code=0, folder=tasks):
        done = landshot("evaluate", "--tasks", folder, *more, code=code)
        if code:
            assert list(landshot.folder.iterdir()) == []
        return done

    run.folder = landshot.folder
    return run


def test_figures_tables_and_plot_do_not_depend_on_the_number_of_processes(evaluate):
    options = ["--methods", METHODS, "--shots", "5,1", "--draws", "2"]
    results = ["--json", "two.json", "--plot", "two.png", "--markdown", "two.md"]
    done = evaluate(*options, *results, "--jobs", "2")
    evaluate(*options, "--json", "one.json", "--jobs", "1")
    assert (evaluate.folder / "one.json").read_bytes() == (evaluate.folder / "two.json").read_bytes()
    assert sorted(path.name for path in evaluate.folder.iterdir()) == [
        "one.json",
        "two.json",
        "two.md",
        "two.png",
    ]

    document = json.loads((evaluate.folder / "two.json").read_text())
    assert set(document) == {"default_method", "records", "summary", "comparison", "failures"}
    assert document["default_method"] == "default"
    keys = [(r["task"], r["shots"], r["method"]) for r in document["records"]]
    good = ["alps_north", "alps_south", "delta"]
    assert keys == [(task, shots, name) for task in good for shots in (1, 5) for name in METHODS.split(",")]
    assert all(r["draws"] == 2 and 0.2 < r["mean"] <= 1.0 for r in document["records"])
    means = {(r["task"], r["method"]): r["mean"] for r in document["records"] if r["shots"] == 5}
    summary = {(s["method"], s["shots"]): s for s in document["summary"]}
    for name in METHODS.split(","):
        alps = (means["alps_north", name] + means["alps_south", name]) / 2
        found = summary[name, 5]
        assert found["mean"] == pytest.approx((alps + means["delta", name]) / 2, abs=2e-6)
        assert found["ci95"][0] <= found["mean"] <= found["ci95"][1]

    failures = document["failures"]
    assert len(failures) == 2 * 2 * 2  # tasks, shots, methods
    reasons = {failure["task"]: failure["reason"] for failure in failures}
    assert "at least two classes" in reasons["desert_one"]
    assert "no split of 1 groups" in reasons["islet"]
    assert {failure["draws"] for failure in failures} == {2}

    assert "| nearest |" in done.stdout
    assert "desert_one, 1 label a class, 2 draws: it needs labels of at least two classes" in done.stdout
    assert done.stderr.splitlines()[-1] == "evaluating: 20/20"
    assert (evaluate.folder / "two.png").read_bytes()[:4] == b"\x89PNG"
    assert "| logistic-regression+indices |" in (evaluate.folder / "two.md").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--methods", "nearest,magic"], "there is no method 'magic'; there are default, "),
        (["--shots", "0,5"], "'0,5': give whole numbers of labels a class"),
        (["--shots", "few"], "'few': give whole numbers"),
        (["--draws", "0"], "--draws"),
        (["--json", "nowhere/out.json"], "there is no folder nowhere"),
        (["--json", "same.md", "--markdown", "same.md"], "must be different files"),
        (["--plot", "out.tif"], "ends in .png, .svg, .pdf"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(evaluate, options, message):
    assert message in " ".join(evaluate("--methods", "nearest", *options, code=2).stderr.split())


def test_a_folder_without_tasks_is_refused_and_so_is_none(evaluate, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    assert "no pixel task file (.npz) in it: it is empty" in evaluate(code=2, folder=folder).stderr
    (folder / "scene.tif").touch()
    assert "it holds scene.tif" in evaluate(code=2, folder=folder).stderr
    assert "does not exist" in evaluate(code=2, folder=tmp_path / "none").stderr


def test_a_broken_task_file_is_named_not_left_out(evaluate, tmp_path):
    write_task(tmp_path / "a.npz")
    (tmp_path / "b.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:300])
    assert "b.npz is no pixel task file" in evaluate("--json", "out.json", code=2, folder=tmp_path).stderr


def test_nothing_that_can_be_fit_is_an_error_with_its_reasons(landshot, tmp_path):
    write_task(tmp_path / "desert.npz", classes=1)
    options = [
        "--tasks",
        tmp_path,
        "--methods",
        "nearest",
        "--shots",
        "1",
        "--draws",
        "1",
        "--json",
        "out.json",
    ]
    done = landshot("evaluate", *options, code=2)
    assert "at least two classes" in done.stdout
    assert "no method could be fit" in done.stderr
    assert json.loads((landshot.folder / "out.json").read_text())["records"] == []


def test_a_result_that_could_not_be_finished_leaves_the_one_before(tmp_path):
    path = tmp_path / "out.json"
    path.write_text("before")

    def fail(partial):
        partial.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), complete(path) as partial:
        fail(partial)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    with complete(path) as partial:
        partial.write_text("after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    with (
        pytest.raises(OutputError, match="cannot be written"),
        complete(tmp_path / "no" / "out.json") as partial,
    ):
        partial.write_text("")


def test_a_plot_without_matplotlib_names_the_extra(monkeypatch, tmp_path):
    monkeypatch.setattr("app.evaluation_plot.find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'landshot\[evaluate\]'"):
        check_plot(tmp_path / "out.png")
