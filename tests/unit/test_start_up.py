"""What a server or a command loads before it needs it: nothing of catalogues, until one is asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STACK = ("pystac", "pystac_client", "requests", "scipy", "tenacity")


def loaded(code, *arguments):
    script = f"import sys\n{code}\nprint(*sorted(set(sys.modules) & {set(STACK)}))"
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_server_with_catalogues_starts_without_their_libraries(tmp_path):
    sources = tmp_path / "sources.toml"
    sources.write_text('[a]\npreset = "earth-search-sentinel-2-l2a"\n[b]\nkind = "static"\nurl = "c.json"\n')
    code = (
        "from pathlib import Path\nfrom app.main import create_app\nfrom app.settings import Settings\n"
        "app = create_app(Settings(data_dir=Path(sys.argv[1]), sources=Path(sys.argv[2])))\n"
        "assert len(app.state.service.sources) == 2\n"
        "assert app.openapi()['paths']['/adapt/plan']"
    )
    # titiler brings pystac along, with or without catalogues
    assert set(loaded(code, tmp_path, sources)) <= {"pystac"}


def test_a_catalogue_on_the_command_line_is_found_without_them():
    code = (
        "from app.sources.named import named_source\n"
        "source = named_source('earth-search-sentinel-2-l2a', sources=None, settings={}, how={})\n"
        "assert source.described()['kind'] == 'catalogue'"
    )
    assert loaded(code) == []
