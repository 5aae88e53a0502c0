from __future__ import annotations

import re

import pytest


def test_keys_are_made_listed_and_revoked(landshot):
    made = landshot(
        "keys", "create", "mapping agency", "--max-queued-jobs", 20, "--max-requests-per-minute", 600
    )
    written = re.fullmatch(r"lsk_([0-9a-f]{12})_([0-9a-f]{64})\n", made.stdout)
    assert written, "the key alone, so that it can be put into a variable"
    assert "not shown again" in made.stderr
    listed = landshot("keys", "list").stdout
    assert listed.startswith(f"{written[1]}  mapping agency  made ")
    assert "good, max_queued_jobs 20, max_requests_per_minute 600" in listed
    assert written[2] not in listed
    assert "revoked" in landshot("keys", "revoke", written[1]).stdout
    assert "revoked" in landshot("keys", "list").stdout


def test_keys_are_those_of_the_servers_folder(landshot, tmp_path):
    landshot("keys", "create", "a", "--data-dir", tmp_path / "one")
    assert landshot("keys", "list", "--data-dir", tmp_path / "one").stdout
    assert "there are no keys" in landshot("keys", "list", "--data-dir", tmp_path / "two").stderr
    address = f"sqlite:///{tmp_path / 'one' / 'landshot.db'}"
    assert landshot("keys", "list", "--database", address).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create"], "Missing argument 'NAME'"),
        (["create", ""], "cannot name a key"),
        (["create", "a\nb"], "cannot name a key"),
        (["create", "a", "--max-running-jobs", "0"], "--max-running-jobs"),
        (["revoke", "0123456789ab"], "There is no key '0123456789ab'"),
        (["list", "--database", "nonsense"], "LANDSHOT_DATABASE"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_refused(landshot, arguments, said):
    code = 1 if "--database" in arguments else 2
    assert said in landshot("keys", *arguments, code=code).stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - refused before anybody is listened to
def test_nobody_is_served_on_other_addresses_before_there_is_a_key(landshot, host):
    done = landshot("serve", "--host", host, "--port", 0, code=2)
    assert f"others can reach {host}" in done.stderr
    assert "landshot keys create NAME" in done.stderr


def test_keys_are_not_given_up_on_other_addresses(landshot):
    landshot("keys", "create", "a")
    refused = {"LANDSHOT_REQUIRE_KEYS": "false", "LANDSHOT_HOST": "0.0.0.0"}  # noqa: S104
    done = landshot("serve", "--port", 0, code=2, variables=refused)
    assert "a proxy that authenticates" in done.stderr
