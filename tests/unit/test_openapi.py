from __future__ import annotations

from app.main import create_app
from app.settings import Settings


def test_every_operation_of_the_api_has_a_name_of_its_own(tmp_path):
    # Where two share one, FastAPI warns, and warnings are errors here.
    document = create_app(Settings(data_dir=tmp_path)).openapi()
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names)) > 10


def test_the_files_of_a_map_are_listed_though_other_names_are_not_found(tmp_path):
    document = create_app(Settings(data_dir=tmp_path)).openapi()
    parameters = document["paths"]["/maps/{map_id}/{file}"]["get"]["parameters"]
    (file,) = [parameter for parameter in parameters if parameter["name"] == "file"]
    assert file["schema"]["enum"] == [
        "landcover.tif",
        "landcover.tif.aux.xml",
        "confidence.tif",
        "observations.tif",
    ]
