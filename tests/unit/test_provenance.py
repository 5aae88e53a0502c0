from __future__ import annotations

import shutil
import subprocess

import pytest

from app.provenance import commit

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


def git(root, *words):
    return subprocess.run(
        ["git", "-C", root, "-c", "user.name=a", "-c", "user.email=a@example.org", *words],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


@pytest.fixture
def checkout(tmp_path):
    git(tmp_path, "init", "--quiet")
    (tmp_path / "code.py").write_text("one = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "one")
    return tmp_path


def test_the_commit_of_a_checkout_is_told(checkout):
    git(checkout, "tag", "v1.0")
    assert commit(checkout) == git(checkout, "rev-parse", "HEAD")


def test_changed_files_are_told_too(checkout):
    (checkout / "code.py").write_text("one = 2\n")
    assert commit(checkout) == git(checkout, "rev-parse", "HEAD") + "-dirty"


def test_without_a_checkout_or_a_commit_nothing_is_told(tmp_path):
    assert commit(tmp_path) is None
    git(tmp_path, "init", "--quiet")
    assert commit(tmp_path) is None
