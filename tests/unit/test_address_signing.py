from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlencode

import pytest

from app.errors import SignatureError
from app.keys.signing import SECRET_FILE, Signature, Signer, signed_resource, with_query
from app.settings import Settings
from geodata.errors import OutputError

ONE, OTHER = "1" * 32, "2" * 32
SIGNED = Signature(ONE, "0123456789ab", int(time.time()) + 600)


@pytest.fixture
def signer(tmp_path):
    return Signer(Settings(data_dir=tmp_path))


@pytest.mark.parametrize(
    "path",
    [
        f"/tiles/{ONE}/3/4/5.png",
        f"/tiles/{ONE}/tilejson.json",
        f"/tiles/{ONE}/WMTSCapabilities.xml",
        f"/maps/{ONE}/landcover.tif",
        f"/maps/{ONE}/tiles/WebMercatorQuad/1/2/3",
    ],
)
def test_a_signature_opens_the_tiles_and_files_of_its_map(signer, path):
    assert signer.read(path, signer.query(SIGNED)) == SIGNED
    assert signer.read(path, f"tilesize=512&{signer.query(SIGNED)}") == SIGNED


@pytest.mark.parametrize(
    "path",
    [
        "/maps",
        f"/maps/{ONE}",
        f"/maps/{ONE}/",
        f"/jobs/{ONE}/results",
        f"/maps/{ONE}/../{OTHER}/landcover.tif",
        f"/maps/{ONE}/\n/../{OTHER}/landcover.tif",
        f"/x/maps/{ONE}/landcover.tif",
    ],
)
def test_a_signature_opens_nothing_else(signer, path):
    assert signed_resource(path) is None
    assert signer.read(path, signer.query(SIGNED)) is None


def test_an_address_without_a_signature_is_none(signer):
    assert signer.read(f"/maps/{ONE}/landcover.tif", "") is None
    assert signer.read(f"/maps/{ONE}/landcover.tif", "expires=9&owner=a") is None


def altered(query, **changed):
    return urlencode({name: values[0] for name, values in parse_qs(query).items()} | changed)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"expires": str(SIGNED.expires + 1)}, id="a second more"),
        {"expires": "9" * 5000},
        {"expires": "1e9"},
        {"expires": ""},
        {"owner": "ba9876543210"},
        {"owner": "local"},
        {"owner": "a\nb"},
        {"owner": ""},
        {"signature": "0" * 64},
        {"signature": ""},
        {"signature": "\u00e9\ud7ff"},
    ],
    ids=str,
)
def test_whatever_is_changed_the_signature_is_refused(signer, changed):
    with pytest.raises(SignatureError, match="sign"):
        signer.read(f"/maps/{ONE}/landcover.tif", altered(signer.query(SIGNED), **changed))


def test_a_signature_is_refused_on_another_map_given_twice_and_after_its_time(signer):
    query = signer.query(SIGNED)
    with pytest.raises(SignatureError, match="for something else"):
        signer.read(f"/maps/{OTHER}/landcover.tif", query)
    with pytest.raises(SignatureError, match="is incomplete"):
        signer.read(f"/maps/{ONE}/landcover.tif", f"{query}&owner=a")
    with pytest.raises(SignatureError, match="has expired"):
        signer.read(f"/maps/{ONE}/landcover.tif", signer.query(Signature(ONE, "a", int(time.time()))))


def test_the_secret_is_made_once_and_is_nobody_elses_to_read(signer, tmp_path):
    query = signer.query(SIGNED)
    kept = tmp_path / SECRET_FILE
    assert kept.stat().st_mode & 0o777 == 0o600
    assert len(kept.read_bytes()) == 64
    again = Signer(Settings(data_dir=tmp_path))
    assert again.query(SIGNED) == query
    assert [file.name for file in tmp_path.iterdir()] == [SECRET_FILE]


def test_servers_that_start_together_agree_on_one_secret(tmp_path):
    signers = [Signer(Settings(data_dir=tmp_path / "new")) for _ in range(16)]
    with ThreadPoolExecutor(16) as threads:
        assert len(set(threads.map(lambda signer: signer.query(SIGNED), signers))) == 1


def test_servers_without_a_common_folder_are_given_a_secret(tmp_path):
    signers = [Signer(Settings(data_dir=tmp_path / name, signing_secret="s" * 32)) for name in "ab"]
    assert signers[0].query(SIGNED) == signers[1].query(SIGNED)
    assert list(tmp_path.iterdir()) == []
    assert "s" * 32 not in repr(Settings(signing_secret="s" * 32))


def test_a_secret_that_is_none_is_refused(signer, tmp_path):
    (tmp_path / SECRET_FILE).write_text("")
    with pytest.raises(OutputError, match="delete it"):
        signer.query(SIGNED)


def test_addresses_keep_their_braces():
    assert with_query("/{z}/{x}.png", "a=1") == "/{z}/{x}.png?a=1"
    assert with_query("/{z}/{x}.png?tilesize=512", "a=1") == "/{z}/{x}.png?tilesize=512&a=1"
    assert with_query("/{z}", "") == "/{z}"
