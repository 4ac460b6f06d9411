"""What the tests of the command line share: the program itself, and small data for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flowchart.demo.generator import eval_rows, line, train_rows

Result = subprocess.CompletedProcess[bytes]
Program = Callable[..., Result]


def program_environment(folder: Path) -> dict[str, str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NER_TUI_WORKSPACE", "NER_TUI_DEBUG", "PYTHONIOENCODING")
    }
    return {
        **environment,
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "HOME": str(folder),
        "COLUMNS": "100",
    }


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The folder that the program is started in; runs that still go at the end are ended."""
    yield tmp_path
    from flowchart.runs.folder import list_runs
    from flowchart.runs.process import cancel
    from flowchart.workspace import Workspace

    for run in list_runs(Workspace(tmp_path / ".ner-tui")):
        cancel(run)


@pytest.fixture
def ner_tui(folder: Path) -> Program:
    """Runs the program in `folder` without a terminal."""

    def start(*arguments: object, **options: object) -> Result:
        return subprocess.run(
            [sys.executable, "-m", "tui", *map(str, arguments)],
            cwd=folder,
            env=program_environment(folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=100,
            **options,
        )

    return start


@pytest.fixture
def data(folder: Path) -> tuple[Path, Path]:
    """26 short texts to train on, 10 to evaluate on."""
    train, evaluation = folder / "train.jsonl", folder / "eval.jsonl"
    train.write_text("".join(map(line, train_rows(26, 7))), "utf-8")
    evaluation.write_text("".join(map(line, eval_rows(10, 7, train=26))), "utf-8")
    return train, evaluation


HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x1b[31m[bold]\u202e"


@pytest.fixture
def hostile(folder: Path) -> Path:
    """Data whose file name, labels and texts hold escape sequences."""
    file = folder / f"a{HOSTILE}b.jsonl"
    marked = {"spans": [{"start": 0, "end": 3, "label": f"L{HOSTILE}"}], "answer": "accept"}
    rows = [{"text": f"see {HOSTILE} number {n}", **marked} for n in range(8)]
    rows.append({**rows[0], "spans": [{"start": 0, "end": 2, "label": HOSTILE}], "answer": f"yes{HOSTILE}"})
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return file
