"""A dataset of the project's own: notes from a bicycle repair shop, slips and all."""

from __future__ import annotations

from pathlib import Path

TEXTS = 1200
"""The number of texts in the packaged files, training and evaluation together."""

SEED = 0
"""The seed of the packaged files."""


def files() -> tuple[Path, Path]:
    """Return the packaged training and evaluation file."""
    folder = Path(__file__).parent
    return folder / "train.jsonl", folder / "eval.jsonl"
