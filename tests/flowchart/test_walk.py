"""A walk and its data: which loading is taken, what a command line changes, what the report says of runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flowchart.runs.folder import Run
from flowchart.walk import Walk
from flowchart.workspace import Workspace
from tests.flowchart.runs.helpers import make_rows, write_rows
from tests.tui.curves import curve, finish_curve, keep_alive


@pytest.fixture
def walk(tmp_path: Path) -> Walk:
    walk = Walk(Workspace(tmp_path / "workspace"))
    walk.open_data([write_rows(tmp_path / "some.jsonl", make_rows(5))], [])
    return walk


def finished(run: Run, **result: Any) -> Run:
    finish_curve(run, {"points": [], **result})
    return run


# -- the loading that is taken ------------------------------------------------------------------------


def test_a_loading_that_was_never_started_is_none(walk: Walk) -> None:
    run = walk.new_check()
    assert walk.fresh_check() is None
    keep_alive(run)
    found = walk.fresh_check()
    assert found is not None
    assert found.id == run.id


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_loading_whose_result_is_gone_is_none(walk: Walk, content: str | None) -> None:
    good, bad = finished(walk.new_check(), documents=5), finished(walk.new_check())
    if content is None:
        bad.result_file.unlink()
    else:
        bad.result_file.write_text(content)
    assert walk.fresh_check() is None, "it is the one that was loaded last"
    walk.session.check_run = ""
    found = walk.fresh_check()
    assert found is not None
    assert found.id == good.id


# -- what a command line changes ----------------------------------------------------------------------


def settings(walk: Walk) -> tuple[Any, ...]:
    session = walk.session
    return session.lang, session.seed, session.eval_split, session.n_samples, session.repeats, session.target


def test_the_same_files_keep_what_was_set(walk: Walk, tmp_path: Path) -> None:
    walk.take_up([tmp_path / "some.jsonl"], [], {"lang": "de", "repeats": 3, "target": 0.8})
    assert settings(walk) == ("de", 0, 0.2, 4, 3, 0.8)
    walk.take_up([tmp_path / "some.jsonl"], [], {"repeats": 2, "target": None})
    assert settings(walk) == ("de", 0, 0.2, 4, 2, 0.8)
    walk.take_up([], [], {"n_samples": 5, "target": 0.9})
    assert settings(walk) == ("de", 0, 0.2, 5, 2, 0.9)
    assert walk.session.data == [str(tmp_path / "some.jsonl")]
    other = write_rows(tmp_path / "other.jsonl", make_rows(5))
    walk.take_up([other], [], {"seed": 7})
    assert settings(walk) == ("en", 7, 0.2, 4, 1, 0.0)
    assert Walk(walk.workspace).session.data == [str(other)]


def test_a_grouping_goes_with_the_files_and_into_the_settings_of_runs(walk: Walk, tmp_path: Path) -> None:
    walk.take_up([tmp_path / "some.jsonl"], [], {})
    assert "group_by" not in walk.data_settings  # runs of before are as good as ever
    walk.take_up([], [], {"group_by": "meta.document_id"})
    walk.take_up([], [], {"n_samples": 5})
    assert walk.data_settings["group_by"] == "meta.document_id"
    run = walk.new_check()
    assert run.settings["group_by"] == "meta.document_id"
    assert "--group-by meta.document_id" in run.command
    walk.take_up([], [], {"group_by": ""})
    assert "group_by" not in walk.data_settings


# -- the report ---------------------------------------------------------------------------------------


def test_the_report_says_what_is_of_other_data(walk: Walk, tmp_path: Path) -> None:
    check, run = finished(walk.new_check(), eval_hash="e1"), walk.new_curve(4)
    finish_curve(run, curve())
    assert "Note: " not in walk.report()
    assert "Not measured on the evaluation set above" not in walk.report()
    walk.open_data([write_rows(tmp_path / "other.jsonl", make_rows(6))], [])
    walk.session.curve_run = run.id
    finished(walk.new_check(), eval_hash="e2")
    report = walk.report()
    assert f"the train-curve of {run.id} is of other data than is open now" in report
    assert check.id not in report
    assert "Not measured on the evaluation set above" in report


def test_a_running_training_of_the_data_is_found(walk: Walk, tmp_path: Path) -> None:
    run = walk.new_curve(4)
    assert walk.training is None, "it was never started"
    keep_alive(run)
    finish_curve(walk.new_curve(4), curve())
    found = walk.training
    assert found is not None
    assert found.id == run.id
    walk.open_data([write_rows(tmp_path / "other.jsonl", make_rows(6))], [])
    assert walk.training is None
