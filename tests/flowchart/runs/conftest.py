"""Runs on small datasets, none of which outlives its test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flowchart.runs.folder import Run, list_runs
from flowchart.runs.process import cancel, launch
from flowchart.workspace import Workspace
from tests.flowchart.runs.helpers import make_rows, write_rows


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace(tmp_path / "workspace")
    yield workspace
    for run in list_runs(workspace):
        identity = run.identity()
        if identity is not None and identity.here and identity.pid != os.getpid():
            cancel(run)
            assert not identity.members()


@pytest.fixture
def new_run(workspace: Workspace) -> Callable[..., Run]:
    """Makes a run on a training file; further settings by name."""

    def make(file: Path, recipe: str = "check", start: bool = True, **settings: object) -> Run:
        asked = {"train": [str(file)], "eval": [], "lang": "en", "eval_split": 0.25, "seed": 0, **settings}
        run = Run.create(workspace, recipe, asked, [("train", file)], f"ner-tui {recipe} {file}")
        if start:
            launch(run)
        return run

    return make


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """24 texts: a point trains in a second or two."""
    return write_rows(tmp_path / "tiny.jsonl", make_rows(24))


@pytest.fixture
def larger(tmp_path: Path) -> Path:
    """1,500 texts: time enough to interrupt a training."""
    return write_rows(tmp_path / "larger.jsonl", make_rows(1500))
