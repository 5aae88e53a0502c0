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


def test_every_operation_lists_its_errors_as_problems(tmp_path):
    document = create_app(Settings(data_dir=tmp_path)).openapi()
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert "HTTPValidationError" not in str(document)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            errors = {
                status: response
                for status, response in operation["responses"].items()
                if status == "default" or int(status[0]) >= 4
            }
            assert {"500", "503"} <= errors.keys(), (method, path)
            assert all(response["content"] == problem for response in errors.values()), (method, path)
    for path in ("/adapt", "/processes/{process_id}/execution"):
        statuses = document["paths"][path]["post"]["responses"].keys()
        assert {"201", "400", "401", "404", "409", "413", "415", "422", "429", "502", "507"} <= statuses
    assert "401" not in document["paths"]["/livez"]["get"]["responses"]
    assert {"401", "404", "410"} <= document["paths"]["/jobs/{job_id}/results"]["get"]["responses"].keys()
