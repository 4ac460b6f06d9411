"""How long the chart's questions take to be measured, beside what importing spaCy alone takes.

    .venv/bin/python -m pytest -m benchmark -s tests/benchmarks/test_advise.py

Each side runs in turn, in processes of its own; every `advise` begins in an empty workspace. The bars stand
in the assertions: ten seconds for all questions that need no training, three minutes for a walk that trains.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.terminal import NER_TUI

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

ROUNDS = 3


def seconds_of(command: Sequence[str | Path]) -> tuple[float, str]:
    start = time.perf_counter()
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
    return time.perf_counter() - start, done.stdout


def advise(data: Path, workspace: Path, *options: str) -> tuple[float, dict[str, Any]]:
    files = [next(data.glob(f"{role}.jsonl*")) for role in ("train", "eval")]
    command = [NER_TUI, "advise", files[0], "--eval", files[1], "--workspace", workspace, "--json", *options]
    seconds, out = seconds_of(command)
    return seconds, json.loads(out)


def test_all_questions_that_need_no_training(shared_data: Path, tmp_path: Path) -> None:
    bare, ours = [], []
    for number in range(ROUNDS):
        bare.append(seconds_of([sys.executable, "-c", "import spacy"])[0])
        ours.append(advise(shared_data / "ner/ncbi_disease", tmp_path / str(number))[0])
    taken, base = statistics.median(ours), statistics.median(bare)
    print(f"\nadvise on ncbi_disease: {taken:.1f} s, import spacy {base:.1f} s, x{taken / base:.1f}")
    assert taken <= 10


def test_a_walk_that_trains(shared_data: Path, tmp_path: Path) -> None:
    data = shared_data / "ner/fashion_brands"
    patterns = str(data / "patterns.jsonl")
    taken, walk = advise(data, tmp_path, "--train", "--target", "0.8", "--patterns", patterns)
    print(f"\nadvise --train on fashion_brands: {taken:.0f} s, {walk['stop']} at {walk['stopped_at']}")
    assert taken <= 180
    assert walk["stop"] == "person"
