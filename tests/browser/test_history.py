"""The step Improve: what the figures say of the map and its labels, and the way back to an older version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ground import places_of, wait_for_region
from labelling import CLASSES, counts, label_another
from on_the_map import open_example, wait_for_version
from what_is_kept import named, told, wait_until_again, wait_until_kept

if TYPE_CHECKING:
    from browsing import Visit

HECTARES = {"ha": 1.0, "km²": 100.0, "m²": 1e-4}


@pytest.fixture
def example(visit, simulated):
    """35 labels of seven classes, their map, and nothing that hides it."""
    open_example(visit, simulated.url)
    wait_for_region(visit)
    wait_for_version(visit)
    visit.button("Layers").click()
    return visit


@pytest.fixture
def places(simulated):
    return places_of(simulated)


def figures(visit: Visit, name: str) -> Any:
    """A section of the step Improve, once it has figures of the newest version."""
    visit.page.wait_for_function(
        """name => [...document.querySelectorAll('.figures')].some((each) => each.ariaBusy !== 'true'
            && each.querySelector('h3')?.textContent === name && each.querySelector('.figures-body'))""",
        arg=name,
    )
    return visit.page.get_by_role("region", name=name, exact=True)


def rows(table: Any) -> list[list[str]]:
    """The texts of a table's cells, headers included."""
    return table.evaluate(
        "table => [...table.rows].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))"
    )


def hectares(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.,]+)\s*(ha|km²|m²)", text).groups()
    return float(number.replace(",", "")) * HECTARES[unit]


def share(text: str) -> float:
    """Per cent."""
    return float(text.rstrip("%"))


def rounded(part: Any) -> Any:
    """Per cent, to whole ones."""
    return pytest.approx(100 * part, abs=0.5)


def test_areas_sum_up_to_the_region(example):
    example.step("Improve")
    (_, *classes, total) = rows(figures(example, "Areas").get_by_role("table"))
    assert [name.lower() for name, _, _ in classes] == list(CLASSES)
    region = 512 * 512 / 100  # pixels of 10 m by 10 m
    assert hectares(total[1]) == pytest.approx(region, rel=0.005)  # three digits are shown
    assert sum(hectares(area) for _, area, _ in classes) == pytest.approx(region, rel=0.005)
    assert sum(share(part) for _, _, part in classes) == pytest.approx(100, abs=0.4)
    for _, area, part in classes:
        assert 100 * hectares(area) / region == pytest.approx(share(part), abs=0.1)


def test_the_confusion_table_names_its_rows_and_columns(example):
    example.step("Improve")
    section = figures(example, "What the labels say of each other")
    table = section.get_by_role("table", name="Labels (rows) and what they were predicted as (columns)")
    titles = [name.capitalize() for name in CLASSES]
    columns = table.get_by_role("columnheader").all_inner_texts()
    assert [text.strip() for text in columns] == ["Label", *titles, "Found"]
    headers = table.get_by_role("rowheader").all_inner_texts()
    assert [text.strip() for text in headers] == [*titles, "Right"]
    (_, *lines, right) = rows(table)
    counted = np.array([[int(count) for count in line[1:-1]] for line in lines])
    assert counted.sum(axis=1).tolist() == [5] * 7
    assert [share(line[-1]) for line in lines] == rounded(counted.diagonal() / 5)
    predicted = counted.sum(axis=0)
    for text, agreed, all_so in zip(right[1:-1], counted.diagonal(), predicted, strict=True):
        assert share(text) == rounded(agreed / all_so) if all_so else "not known" in text
    (said,) = re.findall(r"(\d+)% of 35 labels are predicted right from the others", section.inner_text())
    assert float(said) == rounded(counted.trace() / 35)


def test_changes_since_the_last_version_are_told(example, places):
    wait_until_kept(example, 35)
    example.step("Improve")
    figures(example, "Changed since the last version").get_by_text("This is the first version.").wait_for()
    label_another(example, "bare", places["cropland"])
    example.step("Improve")
    section = figures(example, "Changed since the last version")
    section.get_by_text("of the map is different from version 1.").wait_for()
    (header, *lines) = rows(section.get_by_role("table"))
    assert header == ["Before", "Now", "Share"]
    compared = told(example, f"adaptations/{named(example, 'adaptation')}/compare?from=1&to=2")
    wanted = [[each["from"]["name"], each["to"]["name"]] for each in compared["changes"][:12]]
    assert [line[:2] for line in lines] == wanted
    assert any("bare" in pair for pair in wanted)
    history = figures(example, "History").get_by_role("listitem")
    assert "1 label added" in history.first.inner_text()
    assert "current" in history.first.inner_text()


def test_an_older_version_is_returned_to_with_its_labels(example, places):
    before = wait_until_kept(example, 35)
    for name in ("bare", "water"):
        label_another(example, name, places[name])
    after = wait_until_kept(example, 37)
    example.step("Improve")
    figures(example, "History").get_by_role("button", name="Return to version 1").click()
    example.page.get_by_text("The labels are those of version 1 again.").wait_for()
    wait_until_again(example, before)
    example.step("Label")
    assert counts(example) == dict.fromkeys(CLASSES, 5)
    example.button("Undo").click()
    wait_until_again(example, after)


def test_a_label_that_is_wrong_is_suspected(example, places):
    place = label_another(example, "water", places["tree cover"])
    example.step("Improve")
    section = figures(example, "Labels to look at")
    section.get_by_role("button", name=re.compile(r"^Water: looks like Tree cover")).click()
    example.step("Label")
    example.page.get_by_role("heading", name="Water 6").wait_for()
    middle = [float(part) for part in named(example, "view").split("/")[1:]]
    assert middle == pytest.approx([place[1], place[0]], abs=2e-4)
