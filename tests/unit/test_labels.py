from __future__ import annotations

import json
import math

import geopandas
import pytest
import shapely

from geodata.errors import LabelsError
from geodata.geojson import MAX_OUTLINE
from geodata.labels import MAX_FAULTS, MAX_LABELS, MAX_POSITIONS, Label, LabelSet, parse_geojson, read_labels

SQUARE = [[[10, 50], [10.1, 50], [10.1, 50.1], [10, 50.1], [10, 50]]]


def feature(coordinates=(10, 50), kind="Point", **properties):
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": json.loads(json.dumps(coordinates))},
        "properties": properties or {"class": "water"},
    }


def collection(*features, **members):
    return {"type": "FeatureCollection", "features": list(features), **members}


def faults_of(document):
    with pytest.raises(LabelsError) as refusal:
        parse_geojson(document)
    return {fault.where: fault.reason for fault in refusal.value.faults}


def test_points_and_polygons_are_read_in_their_order():
    hole = [[[10.02, 50.02], [10.04, 50.02], [10.04, 50.04], [10.02, 50.02]]]
    labels = parse_geojson(
        collection(
            feature(SQUARE + hole, "Polygon", **{"class": "forest"}),
            feature([10, 50, 321.5]),
            feature([[10, 50], [11, 51]], "MultiPoint"),
            feature([SQUARE], "MultiPolygon", **{"class": 40}),
        )
    ).labels
    assert [(label.index, label.class_name) for label in labels] == [
        (0, "forest"),
        (1, "water"),
        (2, "water"),
        (3, "40"),
    ]
    assert labels[0].geometry.equals(shapely.Polygon(SQUARE[0], hole))
    assert labels[1].geometry.equals(shapely.Point(10, 50))
    assert labels[3].geometry.equals(shapely.MultiPolygon([shapely.Polygon(SQUARE[0])]))


def test_every_offending_label_is_named_by_its_index():
    found = faults_of(
        collection(
            feature(),
            feature([10, 95]),
            feature([190, 50]),
            feature(label="water"),
            feature(**{"class": ""}),
            feature(**{"class": None}),
            feature(**{"class": True}),
            feature([[10, 50], [11, 51]], "LineString"),
            {"type": "Feature", "geometry": None, "properties": {"class": "water"}},
            feature([10]),
            feature([math.nan, 50]),
            feature(["10", "50"]),
            feature([[[10, 50], [11, 50], [10, 50]]], "Polygon"),
            feature([[[10, 50], [11, 51], [11, 50], [10, 51], [10, 50]]], "Polygon"),
            feature([], "MultiPoint"),
            "water",
        )
    )
    assert list(found) == [f"labels[{i}]" for i in (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 1, 2, 13, 14)]
    assert "latitude 95 is outside ±90°" in found["labels[1]"]
    assert "swapped" in found["labels[1]"]
    assert "longitude 190 is outside ±180°" in found["labels[2]"]
    assert 'no property "class"' in found["labels[3]"]
    assert "LineString; draw points or polygons" in found["labels[7]"]
    assert "no geometry" in found["labels[8]"]
    assert "[longitude, latitude]" in found["labels[10]"]
    assert "not closed" in found["labels[12]"]
    assert "Self-intersection" in found["labels[13]"]
    assert "empty" in found["labels[14]"]


def test_a_long_list_of_faults_is_cut_and_says_so():
    found = faults_of(collection(*[feature([10, 95])] * (MAX_FAULTS + 7)))
    assert len(found) == MAX_FAULTS + 1
    assert found["labels"] == "and 7 more"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (collection(), "there are no labels; give at least one for each of two classes"),
        (collection(feature(), crs={"type": "name"}), r'has a member "crs".*RFC 7946.*ogr2ogr'),
        ({"type": "Feature"}, "FeatureCollection"),
        ([], "FeatureCollection"),
        ({"type": "FeatureCollection", "features": {}}, 'no list "features"'),
    ],
)
def test_geojson_that_cannot_be_used_is_refused_with_what_to_do(document, message):
    with pytest.raises(LabelsError, match=message):
        parse_geojson(document)


def test_one_label_too_many_is_refused():
    with pytest.raises(LabelsError, match=r"100,001 labels, more than 100,000.*random part"):
        parse_geojson(collection(*[feature()] * (MAX_LABELS + 1)))


def test_as_many_labels_as_allowed_are_read():
    assert len(parse_geojson(collection(*[feature()] * MAX_LABELS)).labels) == MAX_LABELS


def test_a_set_checks_itself_whoever_makes_it():
    with pytest.raises(LabelsError, match="latitude 95"):
        LabelSet((Label(3, "water", shapely.Point(10, 95)),))


@pytest.mark.parametrize("name", ["labels.geojson", "labels.JSON"])
def test_geojson_files_are_read(tmp_path, name):
    path = tmp_path / name
    path.write_text(json.dumps(collection(feature(), feature(**{"class": "forest"}))), "utf-8")
    assert read_labels(path).class_names == ("forest", "water")


@pytest.mark.parametrize(
    "text",
    [
        "lon,lat,class\n10,50,water\n11,51,forest\n",
        "\ufeffid;Class;Latitude;Longitude\r\n1;water;50;10\r\n\r\n2;forest;51;11\r\n",
        "x\ty\tlabel\n10\t50\twater\n11\t51\tforest",
        'lat,lon,class,note\n50,10,"water","a, b\nc"\n51,11,forest,\n',
    ],
)
def test_tables_are_read_with_their_usual_separators_and_headings(tmp_path, text):
    path = tmp_path / "labels.csv"
    path.write_text(text, "utf-8", newline="")
    labels = read_labels(path).labels
    assert [(label.class_name, label.geometry.x, label.geometry.y) for label in labels] == [
        ("water", 10, 50),
        ("forest", 11, 51),
    ]


def test_offending_rows_of_a_table_are_named_by_index_and_line(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("lon,lat,class\n10,50,water\n10,fifty,water\n10,50,\n10\n10,99,water\n", "utf-8")
    with pytest.raises(LabelsError) as refusal:
        read_labels(path)
    found = {fault.where: fault.reason for fault in refusal.value.faults}
    assert list(found) == [f"labels[{i}]" for i in (1, 2, 3, 4)]
    assert "line 3" in found["labels[1]"]
    assert "'fifty'" in found["labels[1]"]
    assert "line 4: the class is empty" in found["labels[2]"]
    assert "latitude 99" in found["labels[4]"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.geojson", b"", "the file is empty"),
        ("a.csv", b" \n ", "the file is empty"),
        (
            "a.geojson",
            b'{"type": "FeatureCollection",\n "features": [}',
            "line 2, column 15: this is not JSON",
        ),
        ("a.geojson", b"\xff\xfe\x00", "not UTF-8"),
        ("a.geojson", b"[" * 200_000, "nested too deep"),
        ("a.csv", b"lon;lat;klasse\n1;2;a\n", "no column class; .*lon, lat, klasse"),
        ("a.csv", b"10,50,water\n11,51,forest\n", "no column lon, lat, class"),
        ("a.csv", b"lon,lat,class\n", "there are no labels"),
        ("a.csv", b"lon,lat,class\n1,2,\xe4\n", "not UTF-8"),
        ("a.shp", b"x", r"labels are read from \.geojson, \.json, \.csv or \.gpkg"),
        ("a.gpkg", b"no database", "not a readable GeoPackage"),
        ("a.gpkg", b"", "the file is empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_name_and_the_reason(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LabelsError, match=message) as refusal:
        read_labels(path)
    assert str(path) in str(refusal.value) or "there are no labels" in message


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(LabelsError, match="No such file"):
        read_labels(tmp_path / "labels.csv")


def test_a_geopackage_in_any_crs_is_read(tmp_path):
    path = tmp_path / "labels.gpkg"
    places = [shapely.Point(10, 50), shapely.box(10, 50, 10.1, 50.1)]
    table = geopandas.GeoDataFrame({"Class": ["water", "forest"]}, geometry=places, crs=4326)
    table.to_crs(32632).to_file(path)
    labels = read_labels(path).labels
    assert [label.class_name for label in labels] == ["water", "forest"]
    assert shapely.hausdorff_distance(labels[0].geometry, places[0]) < 1e-7
    assert shapely.hausdorff_distance(labels[1].geometry, places[1]) < 1e-7


def test_a_geopackage_that_lacks_something_is_refused(tmp_path):
    points = geopandas.GeoSeries([shapely.Point(10, 50), None], crs=4326)
    geopandas.GeoDataFrame({"kind": ["a", "b"]}, geometry=points).to_file(tmp_path / "a.gpkg")
    with pytest.raises(LabelsError, match="no column class; it has kind, geometry"):
        read_labels(tmp_path / "a.gpkg")
    geopandas.GeoDataFrame({"class": ["a", "b"]}, geometry=points).to_file(tmp_path / "b.gpkg")
    with pytest.raises(LabelsError, match=r"labels\[1\]: has no geometry"):
        read_labels(tmp_path / "b.gpkg")
    geopandas.GeoDataFrame({"class": [1.0, None]}, geometry=points.fillna(shapely.Point(1, 1))).to_file(
        tmp_path / "c.gpkg"
    )
    with pytest.raises(LabelsError, match=r"labels\[1\]: its class is empty"):
        read_labels(tmp_path / "c.gpkg")
    two = geopandas.GeoDataFrame({"class": ["a", "b"]}, geometry=points)
    two.to_file(tmp_path / "d.gpkg", layer="one")
    two.to_file(tmp_path / "d.gpkg", layer="two")
    with pytest.raises(LabelsError, match=r"2 layers \(one, two\)"):
        read_labels(tmp_path / "d.gpkg")


def ring(count):
    """An outline without crossings."""
    angles = [2 * math.pi * number / count for number in range(count)]
    points = [[10 + math.cos(angle), 50 + math.sin(angle)] for angle in angles]
    return [[*points, points[0]]]


def test_an_outline_has_an_end():
    assert len(parse_geojson(collection(feature(ring(MAX_OUTLINE - 1), "Polygon"), feature())).labels) == 2
    many = [ring(MAX_OUTLINE // 2), ring(MAX_OUTLINE // 2)]
    points = [[10, 50]] * (MAX_OUTLINE + 1)
    found = faults_of(
        collection(
            feature(ring(MAX_OUTLINE), "Polygon"),
            feature(many, "MultiPolygon"),
            feature(points, "MultiPoint"),
        )
    )
    assert found.keys() == {"labels[0]", "labels[1]", "labels[2]"}
    assert all("more than 10,000; simplify its outline" in reason for reason in found.values())


def test_all_labels_together_have_an_end():
    full = feature([[10, 50]] * MAX_OUTLINE, "MultiPoint")
    assert parse_geojson(collection(*[full] * (MAX_POSITIONS // MAX_OUTLINE)))
    with pytest.raises(LabelsError, match="200,000 can be read"):
        parse_geojson(collection(*[full] * (MAX_POSITIONS // MAX_OUTLINE), feature([[10, 50]], "MultiPoint")))


def test_a_geopackage_has_the_same_ends(tmp_path):
    path = tmp_path / "labels.gpkg"
    shapes = [shapely.Polygon(ring(MAX_OUTLINE)[0]), shapely.Point(10, 50)]
    geopandas.GeoDataFrame({"class": ["a", "b"]}, geometry=shapes, crs=4326).to_file(path)
    with pytest.raises(LabelsError) as refusal:
        read_labels(path)
    (fault,) = refusal.value.faults
    assert fault.where == "labels[0]"
    assert "simplify its outline" in fault.reason


@pytest.mark.parametrize("content", [",,,\n,,\n", '""\n'])
def test_a_table_of_empty_cells_is_refused(tmp_path, content):
    path = tmp_path / "labels.csv"
    path.write_text(content)
    with pytest.raises(LabelsError, match="the table is empty"):
        read_labels(path)


def test_a_number_of_thousands_of_digits_is_no_geojson(tmp_path):
    path = tmp_path / "labels.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [' + "9" * 5000 + "]}")
    with pytest.raises(LabelsError, match="not JSON that can be read"):
        read_labels(path)
