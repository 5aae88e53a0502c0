"""The shorter commands: demo, models, meta-train."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default="demo-output",
    show_default=True,
    help="Folder for the results.",
)
def demo(output: Path) -> None:
    """Map a simulated region over real HTTP, and show how good and how fast it was."""
    from app.demo import run_demo  # noqa: PLC0415 - heavy

    run_demo(output, say=click.echo)


@click.command()
def models() -> None:
    """List the initializations that come with Landshot."""
    from model.checkpoint import shipped_manifests  # noqa: PLC0415 - imports torch

    for manifest in shipped_manifests():
        click.echo(
            f"{manifest['name']}: {manifest['parameters']:,} parameters, sha256 {manifest['sha256'][:12]}..."
        )


@click.command("meta-train")
@click.argument("config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--run",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the run; an interrupted one goes on.  [default: runs/CONFIG]",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Manifest of the weights.  [default: RUN/CONFIG.json]",
)
@click.option(
    "--tasks",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pixel task files to train on beside simulated regions (`real_share` in CONFIG).",
)
def meta_train(config: Path, run: Path | None, output: Path | None, tasks: Path | None) -> None:
    """Train an initialization on simulated regions, as CONFIG (TOML) says."""
    from app.training import train_initialization  # noqa: PLC0415 - imports torch
    from app.training_progress import rounded, training_progress  # noqa: PLC0415

    folder = run or Path("runs") / config.stem
    manifest = output or folder / f"{config.stem}.json"
    progress = training_progress(sys.stderr)
    try:
        figures = train_initialization(config, manifest, folder, progress, tasks)
    finally:
        progress.close()
    click.echo(", ".join(f"{name} {value}" for name, value in rounded(figures).items()))
    picture = folder / "curve.png"
    click.echo(
        f"validation curve: {picture}"
        if picture.exists()
        else "no picture of the validation curve: that needs matplotlib (pip install 'landshot[evaluate]')"
    )
    click.echo(f"written: {manifest} and {manifest.with_suffix('.safetensors')}")
