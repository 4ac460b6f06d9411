"""How much memory a curve on 15,225 texts takes, in all its processes together."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.terminal import NER_TUI

BOUND = 2000.0
"""MB, for the coordinator and two trainings at a time."""


@pytest.mark.benchmark
@pytest.mark.timeout(900)
def test_a_large_set_is_trained_within_two_gigabytes(shared_data: Path, tmp_path: Path) -> None:
    data = shared_data / "ner" / "merged_ccby_en"
    command = [NER_TUI, "train-curve", "--ner", f"{data / 'train.jsonl.gz'},eval:{data / 'eval.jsonl.gz'}"]
    # Few steps: a training holds all its texts from the first pass on, and holds no more later.
    command += ["--training.max_steps", "400", "--workers", "2"]
    command += ["--json", "--workspace", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    peaks = sorted(training["peak_mb"] for training in result["trainings"])
    together = result["peak_mb"]["coordinator"] + sum(peaks[-2:])
    print(f"\ncoordinator {result['peak_mb']['coordinator']:.0f} MB, trainings {peaks} MB: {together:.0f} MB")
    assert together < BOUND
