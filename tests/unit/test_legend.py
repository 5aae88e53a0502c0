from __future__ import annotations

import itertools

import pytest

from geodata.errors import LegendError
from geodata.legend import LandCoverClass, Legend


def test_worldcover_classes_take_its_values_and_colours():
    legend = Legend.from_names(["Tree cover", "Permanent water bodies", "built-up"])
    assert [(c.value, c.color) for c in legend] == [(10, "#006400"), (50, "#FA0000"), (80, "#0064C8")]


@pytest.mark.parametrize(
    ("name", "value"), [("forest", 10), ("grass", 30), ("Crops", 40), ("urban", 50), ("water", 80)]
)
def test_plain_synonyms_take_worldcovers_values_and_keep_their_own_name(name, value):
    legend = Legend.from_names([name, "something else"])
    assert legend.classes[legend.index_of(name)].value == value
    assert legend.classes[legend.index_of(name)].name == name


def test_a_synonym_yields_to_the_class_itself():
    legend = Legend.from_names(["forest", "tree cover"])
    assert legend.classes[legend.index_of("tree cover")].value == 10
    assert legend.classes[legend.index_of("forest")].value not in (0, 10, 255)


def test_other_classes_get_values_and_colours_of_their_own():
    legend = Legend.from_names(["maize", "wheat", "cropland"])
    assert {c.value for c in legend}.isdisjoint({0, 255})
    assert len({c.value for c in legend}) == len({c.color for c in legend}) == 3
    assert {"maize", "wheat"} == {
        c.name for c in legend if c.value % 10
    }  # WorldCover's meanings are not taken


def test_the_order_of_names_does_not_matter():
    names = ["maize", "Water", "wheat", "water", "12"]
    legends = {Legend.from_names(order) for order in itertools.permutations(names)}
    assert len(legends) == 1


def test_names_that_are_numbers_are_values():
    legend = Legend.from_names(["12", "7"])
    assert [c.value for c in legend] == [7, 12]


def test_all_254_values_can_be_used_and_not_one_more():
    legend = Legend.from_names(f"class {i}" for i in range(254))
    assert {c.value for c in legend} == set(range(1, 255))
    with pytest.raises(LegendError, match="at most 254"):
        Legend.from_names(f"class {i}" for i in range(255))


def test_a_class_is_found_by_name_in_any_case_and_by_value():
    legend = Legend.from_names(["bare soil", "water"])
    assert legend.index_of("Bare_Soil") == legend.index_of("bare  soil")
    assert legend.index_of(80) == legend.index_of("80") == legend.index_of("water")
    assert legend.find("fog") is None
    with pytest.raises(LegendError, match="'fog' is no class of the legend; it has bare soil, water"):
        legend.index_of("fog")


def test_json_round_trips_and_keeps_the_order():
    legend = Legend.from_json(
        [{"value": 9, "name": "b", "color": "aa00ff"}, {"value": 3, "name": "a", "title": "A!"}]
    )
    assert [c.value for c in legend] == [9, 3]
    assert legend.classes[0].color == "#AA00FF"
    assert Legend.from_json(legend.to_json()) == legend


@pytest.mark.parametrize(
    ("document", "where", "reason"),
    [
        ([{"value": 0, "name": "a"}, {"value": 2, "name": "b"}], "legend[0].value", "1..254"),
        ([{"value": 255, "name": "a"}, {"value": 2, "name": "b"}], "legend[0].value", "1..254"),
        ([{"value": True, "name": "a"}, {"value": 2, "name": "b"}], "legend[0].value", "whole number"),
        ([{"value": 1, "name": "a"}, {"value": 1, "name": "b"}], "legend[1].value", "taken by legend[0]"),
        ([{"value": 1, "name": "a"}, {"value": 2, "name": " A "}], "legend[1].name", "taken by legend[0]"),
        ([{"value": 1, "name": "a"}, {"value": 2, "name": " "}], "legend[1].name", "printable"),
        (
            [{"value": 1, "name": "a", "color": "red"}, {"value": 2, "name": "b"}],
            "legend[0].color",
            "#RRGGBB",
        ),
        (
            [{"value": 1, "name": "a"}, {"value": 2, "name": "b", "colour": "#000000"}],
            "legend[1].colour",
            "not known",
        ),
        ([{"value": 1, "name": "a"}, "b"], "legend[1]", "no object"),
    ],
)
def test_an_offending_entry_is_named_with_its_reason(document, where, reason):
    with pytest.raises(LegendError) as refusal:
        Legend.from_json(document)
    assert [(f.where, reason in f.reason) for f in refusal.value.faults] == [(where, True)]


@pytest.mark.parametrize("document", [None, {"value": 1}, "forest"])
def test_a_legend_that_is_no_list_is_refused(document):
    with pytest.raises(LegendError, match="a legend is a list"):
        Legend.from_json(document)


@pytest.mark.parametrize("names", [[], ["forest"], ["Forest", "forest"]])
def test_fewer_than_two_classes_are_refused(names):
    with pytest.raises(LegendError, match="at least two classes"):
        Legend.from_names(names)


def test_classes_that_cannot_be_told_apart_are_refused():
    with pytest.raises(LegendError, match="color of its own"):
        Legend((LandCoverClass(1, "a", "A", "#000000"), LandCoverClass(2, "b", "B", "#000000")))


def test_after_a_change_of_labels_known_classes_keep_values_and_colours():
    before = Legend.from_names(["heather", "rock", "water"])
    after = before.for_names(["heather", "water", "asphalt", "quarry"])
    kept = {c.name: (c.value, c.color) for c in before}
    shown = {c.name: (c.value, c.color) for c in after}
    assert {name: shown[name] for name in ("heather", "water")} == {n: kept[n] for n in ("heather", "water")}
    assert set(shown) == {"heather", "water", "asphalt", "quarry"}
    assert len({value for value, _ in shown.values()}) == 4


def test_labels_may_mean_a_class_by_its_value():
    before = Legend.from_json([{"value": 7, "name": "heather"}, {"value": 80, "name": "water"}])
    assert before.for_names(["7", "Water"]) == before
