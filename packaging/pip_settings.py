# ruff: noqa: INP001 -- a script beside image_test.sh, imported by nobody
"""Hand this machine's pip settings to an image build, without copying them into a layer.

Usage: python packaging/pip_settings.py CONFIG_FILE

Writes the settings that say where packages come from (files and PIP_* variables merged, as pip itself would)
to CONFIG_FILE, and prints one `--volume` value a line: that file at /etc/pip.conf, and every local file and
folder that the settings name, at its own place, all read-only.
"""

import ast
import configparser
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

SOURCES = ("index-url", "extra-index-url", "find-links", "cert", "client-cert")
"""Settings that may name files or folders of this machine."""

MANNERS = (
    "no-index",
    "trusted-host",
    "proxy",
    "timeout",
    "default-timeout",
    "retries",
    "prefer-binary",
    "only-binary",
)
"""Settings that the same sources may need to be reachable."""


def effective_settings() -> dict[str, str]:
    """Option -> value as `pip install` would see it: environment over files, [install] over [global]."""
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    found: dict[tuple[int, str], str] = {}
    rank = {"global": 0, "install": 1, ":env:": 2}
    for line in listing.splitlines():
        name, _, value = line.partition("=")
        section, _, option = name.rpartition(".")
        if section in rank and option in SOURCES + MANNERS:
            found[rank[section], option] = ast.literal_eval(value)
    return {option: found[key, option] for key, option in sorted(found)}


def local_path(word: str, *, index: bool) -> Path | None:
    """The file or folder that one word of a setting names on this machine, if it names any.

    Pages of a folder index link to packages beside it (`../../files/...`), so its parent folder goes along.
    """
    parts = urlsplit(word)
    if parts.scheme not in ("", "file"):
        return None
    path = Path(unquote(parts.path))
    if not path.is_absolute() or not path.exists():
        return None
    has_siblings = index and path.parent != Path(path.anchor)
    return path.parent if has_siblings else path


def main() -> None:
    """Write the merged configuration and print the volumes."""
    config_file = Path(sys.argv[1]).resolve()
    settings = effective_settings()
    config = configparser.RawConfigParser()
    config["global"] = {option: "\n".join(value.split()) for option, value in settings.items()}
    config_file.touch(mode=0o600)  # index addresses may hold credentials
    with config_file.open("w") as file:
        config.write(file)
    mounted = {
        path
        for option in SOURCES
        for word in settings.get(option, "").split()
        if (path := local_path(word, index=option.endswith("index-url")))
    }
    sys.stdout.write(f"{config_file}:/etc/pip.conf:ro\n")
    sys.stdout.writelines(f"{path}:{path}:ro\n" for path in sorted(mounted))


if __name__ == "__main__":
    main()
