"""`ner-tui runs` where there is little or nothing to show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tui.cli.conftest import HOSTILE, Program


def test_no_runs_is_no_error(ner_tui: Program, folder: Path) -> None:
    result = ner_tui("runs")
    assert result.returncode == 0
    assert result.stdout.startswith(b"no runs in ")
    assert ner_tui("runs", "--json").stdout == b"[]\n"
    assert not (folder / ".ner-tui").exists(), "looking leaves nothing behind"


@pytest.mark.parametrize("name", ["nothing", "../..", "/etc", HOSTILE, ""])
@pytest.mark.parametrize("action", ["follow", "cancel", "resume"])
def test_an_unknown_run_is_one_line(
    folder: Path, capfd: pytest.CaptureFixture[str], action: str, name: str
) -> None:
    from tui.cli import main

    for run in ("one", "two"):
        (folder / "w" / "runs" / run).mkdir(parents=True)
        info = {"recipe": "check", "settings": {}, "created": "2026-01-01"}
        (folder / "w" / "runs" / run / "run.json").write_text(json.dumps(info))
    assert main(["runs", action, name, "--workspace", str(folder / "w")]) == 2
    errors = capfd.readouterr().err
    assert errors.startswith("ner-tui: ")
    assert errors.count("\n") == 1
    assert "\x1b" not in errors


def leave(folder: Path, recipe: str, result: dict[str, Any], **end: str) -> None:
    """Leave a run behind that has ended, with its result."""
    run = folder / "w" / "runs" / "one"
    run.mkdir(parents=True)
    (run / "run.json").write_text(json.dumps({"recipe": recipe, "settings": {}, "created": "2026-01-01"}))
    event = {"event": "end", "time": "2026-01-01T00:00:00Z", **end}
    (run / "events.jsonl").write_text(json.dumps(event) + "\n")
    (run / "result.json").write_text(json.dumps(result))


def test_a_comparison_is_told_with_its_interval(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from tui.cli import main

    result = {"difference": 0.012, "low": -0.004, "high": 0.031, "what": f"training.dropout 0.1{HOSTILE}"}
    leave(folder, "compare", result, status="finished")
    for arguments in (["runs", "follow", "last"], ["runs"]):
        assert main([*arguments, "--workspace", str(folder / "w")]) == 0
        shown = capfd.readouterr().out
        assert "+1.2 points of F (95%: -0.4 to +3.1)" in " ".join(shown.split())
        assert "\x1b" not in shown


def test_a_curve_that_failed_in_part_is_shown(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from tests.tui.curves import curve
    from tui.cli import main

    result = curve()
    some = {**result, "points": result["points"][:3]}
    leave(folder, "train-curve", some, status="failed", kind="incomplete", message="1 of 4 trainings failed")
    follow = ["runs", "follow", "last", "--workspace", str(folder / "w")]
    assert main(follow) == 1
    shown = capfd.readouterr()
    assert f"{result['points'][2]['ents_f']:.3f}" in shown.out
    assert "1 of 4 trainings failed" in shown.err
    assert "runs resume one" in shown.err
    assert main([*follow, "--json"]) == 1
    assert len(json.loads(capfd.readouterr().out)["points"]) == 3


def test_an_unfinished_list_of_runs_is_printable(ner_tui: Program, folder: Path) -> None:
    run = folder / ".ner-tui" / "runs" / "odd"
    run.mkdir(parents=True)
    info = {"recipe": f"x{HOSTILE}", "settings": {"train": [f"/{HOSTILE}.jsonl"]}, "created": "2026-01-01"}
    (run / "run.json").write_text(json.dumps(info))
    end = {"event": "end", "status": "failed", "message": HOSTILE, "time": "2026-01-01T00:00:00Z"}
    (run / "events.jsonl").write_text(json.dumps(end) + "\n" + "{torn")
    result = ner_tui("runs")
    assert result.returncode == 0
    assert b"\x1b" not in result.stdout
    assert result.stdout.count(b"\n") == 2
