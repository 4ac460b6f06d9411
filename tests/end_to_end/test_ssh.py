"""Over a real sshd: a connection that drops in mid-training costs nothing."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.terminal import NER_TUI, Terminal
from tests.tui.conftest import rows, write_rows

Connect = Callable[..., Terminal]


def statuses(home: Path, recipe: str) -> list[str]:
    """How the runs of a recipe ended, as their own folders tell; "" for one that has not."""
    found = []
    for folder in (home / ".ner-tui" / "runs").glob(f"*{recipe}*"):
        lines = (folder / "events.jsonl").read_text().splitlines()
        last = json.loads(lines[-1]) if lines else {}
        found.append(str(last.get("status", "")) if last.get("event") == "end" else "")
    return found


@pytest.mark.timeout(300)
def test_walk_train_drop_come_back_export(ssh: Connect, home: Path) -> None:
    data = write_rows(home / "orders.jsonl", rows(160))
    there = ssh(f"{NER_TUI} {data}")
    there.wait_for("Flowchart start", 60)
    there.press("y", "n", "n", "y")
    there.press("3")
    there.wait_for("aligned +160", 60)
    there.press("t")
    there.wait_for("Trainings a point")
    there.press("enter")
    there.wait_for("steps  loss", 60)
    assert "finished" not in statuses(home, "train-curve")

    there.process.kill(signal.SIGKILL)  # the line drops: no goodbye, the server sees a closed connection
    there.wait_for_end()

    deadline = time.monotonic() + 120
    while statuses(home, "train-curve") != ["finished"]:
        assert time.monotonic() < deadline, statuses(home, "train-curve")
        time.sleep(0.3)

    again = ssh(str(NER_TUI), columns=100, lines=30)
    again.wait_for("Get more than 1000 sentences", 60)
    again.press("3", "v")
    again.wait_for(r"100 +\d+ +\d+\.\d", 30)
    again.press("e", "f")
    again.wait_for("Export to a file")
    again.press("enter")
    again.wait_for("Written to")
    again.press("q")
    assert again.wait_for_end() == 0
    report = (home / "ner-flowchart-report.md").read_text()
    assert "100%" in report
    assert "Is there an NER model available for your use-case?" in report
