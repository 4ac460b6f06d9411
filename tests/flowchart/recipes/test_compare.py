"""The compare recipe: two trainings on the same evaluation texts, counted by hand, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flowchart.errors import UserError
from flowchart.recipes import compare
from flowchart.runs.folder import Run
from flowchart.runs.reporter import Reporter
from flowchart.workspace import Workspace

Rows = list[tuple[int, int, int, int, int]]
"""Text, label, true positives, false positives, false negatives."""

TEXTS = 20

DEFAULT: Rows = [(text, 0, 1, 0, 1) for text in range(TEXTS)]
"""Half of what is there: P 1, R 1/2, F 2/3."""

TUNED: Rows = [(text, 0, 2, 0, 0) if text % 2 else (text, 0, 1, 0, 1) for text in range(TEXTS)]
"""30 of 40 spans: P 1, R 3/4, F 6/7."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


def curve(workspace: Workspace, *repeats: Rows, eval_hash: str = "e1", **settings: Any) -> Run:
    """A learning curve as a run leaves it, as far as a comparison looks at it."""
    run = Run.create(workspace, "train-curve", settings, [], "")
    run.result_file.write_text(json.dumps({"eval": {"hash": eval_hash}, "seed": 3}))
    for repeat, rows in enumerate(repeats):
        point(run, repeat, rows)
    point(run, 0, [(text, 0, 0, 0, 2) for text in range(TEXTS)], name="050", fraction=0.5)
    return run


def point(run: Run, repeat: int, rows: Rows, name: str = "", fraction: float = 1.0) -> Path:
    folder = run.folder / "points" / (name or ("100" if repeat == 0 else f"100-r{repeat + 1}"))
    folder.mkdir(parents=True)
    counts = {"docs": TEXTS, "labels": ["A"], "rows": rows}
    file = folder / "point.json"
    file.write_text(json.dumps({"point": {"fraction": fraction, "repeat": repeat}, "counts": counts}))
    return file


def compared(workspace: Workspace, default: Run, tuned: Run, **more: Any) -> dict[str, Any]:
    run = Run.create(workspace, "compare", {"default": default.id, "tuned": tuned.id, **more}, [], "")
    result = compare.run(run, Reporter(run.events_file))
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    return result


def test_the_difference_by_hand(workspace: Workspace) -> None:
    default = curve(workspace, DEFAULT)
    tuned = curve(workspace, TUNED, overrides={"training.dropout": "0.2"}, config="/my/own.cfg")
    result = compared(workspace, default, tuned)
    assert result["default"] == pytest.approx(2 / 3)
    assert result["tuned"] == pytest.approx(6 / 7)
    assert result["difference"] == pytest.approx(6 / 7 - 2 / 3)
    # Each text of a draw is one where tuning won or one where nothing changed; F of the tuned one is a mean.
    # The draws alone would say 0.09 to 0.29; two such texts made up and the seeds' part widen it.
    assert -0.03 < result["low"] < 0.06
    assert 0.25 < result["high"] < 0.36
    assert result["seed_sd"] == pytest.approx(0.015)  # of two trainings of nobody knows how many spans
    assert (result["repeats"], result["confidence"], result["smallest_gain"]) == (1, 0.95, 0.005)
    assert (result["default_run"], result["tuned_run"]) == (default.id, tuned.id)
    assert result["what"] == "own.cfg, training.dropout 0.2"
    assert result["versions"]["spacy"]


def test_the_best_of_several_has_a_wider_interval(workspace: Workspace) -> None:
    default, tuned = curve(workspace, DEFAULT), curve(workspace, TUNED)
    alone, best = compared(workspace, default, tuned), compared(workspace, default, tuned, tried=5)
    assert (alone["tried"], best["tried"]) == (1, 5)
    assert best["difference"] == alone["difference"]
    for end in ("low", "high"):
        stretched = 2.5758 / 1.95996 * (alone[end] - alone["difference"])
        assert best[end] - best["difference"] == pytest.approx(stretched, rel=1e-4)


def test_the_same_counts_are_no_proof_of_no_difference(workspace: Workspace) -> None:
    """3 of 20 texts might differ."""
    result = compared(workspace, curve(workspace, DEFAULT), curve(workspace, DEFAULT))
    assert result["difference"] == 0
    assert result["low"] == pytest.approx(-3 / 21, abs=0.03)
    assert result["high"] == pytest.approx(3 / 21, abs=0.03)
    assert result["what"] == "other settings"


@pytest.mark.parametrize(("texts", "known"), [(9, False), (10, True)])
def test_few_texts_with_a_span_have_no_interval(workspace: Workspace, texts: int, known: bool) -> None:
    result = compared(workspace, curve(workspace, DEFAULT[:texts]), curve(workspace, TUNED[:texts]))
    assert result["difference"] > 0
    assert (result["low"] is not None) is (result["high"] is not None) is known


def test_two_models_that_find_nothing_have_no_interval(workspace: Workspace) -> None:
    nothing = [(text, 0, 0, 0, 2) for text in range(TEXTS)]
    result = compared(workspace, curve(workspace, nothing), curve(workspace, nothing))
    assert (result["default"], result["tuned"], result["difference"]) == (0, 0, 0)
    assert (result["low"], result["high"]) == (None, None)


def test_which_is_which_counts(workspace: Workspace) -> None:
    default, tuned = curve(workspace, DEFAULT), curve(workspace, TUNED)
    there, back = compared(workspace, default, tuned), compared(workspace, tuned, default)
    assert back["difference"] == pytest.approx(-there["difference"])
    assert (back["low"], back["high"]) == pytest.approx((-there["high"], -there["low"]), abs=0.03)


def test_only_repeats_that_both_have_are_held_against_each_other(workspace: Workspace) -> None:
    """Their mean: repeat 0 gains 6/7 - 2/3, repeat 1 loses as much; the third has no partner."""
    default = curve(workspace, DEFAULT, TUNED)
    tuned = curve(workspace, TUNED, DEFAULT, TUNED)
    result = compared(workspace, default, tuned)
    assert result["repeats"] == 2
    assert result["difference"] == pytest.approx(0)
    assert result["default"] == result["tuned"] == pytest.approx((2 / 3 + 6 / 7) / 2)
    assert result["low"] < -0.1
    assert result["high"] > 0.1


def test_what_it_tells_on_the_way(workspace: Workspace) -> None:
    settings = {"default": curve(workspace, DEFAULT).id, "tuned": curve(workspace, TUNED).id}
    run = Run.create(workspace, "compare", settings, [], "")
    compare.run(run, Reporter(run.events_file))
    told, _ = run.events()
    assert [(event["stage"], event["done"], event["total"]) for event in told] == [
        ("compare", 0, 1),
        ("compare", 1, 1),
    ]


@pytest.mark.parametrize(("one", "other"), [("e1", "e2"), ("", ""), ("e1", "")])
def test_another_evaluation_set_is_refused(workspace: Workspace, one: str, other: str) -> None:
    default, tuned = curve(workspace, DEFAULT, eval_hash=one), curve(workspace, TUNED, eval_hash=other)
    with pytest.raises(UserError, match=rf"{tuned.id}: measured on another evaluation set than {default.id}"):
        compared(workspace, default, tuned)


def test_no_shared_repeat_is_refused(workspace: Workspace) -> None:
    default, tuned = curve(workspace, DEFAULT), curve(workspace)
    point(tuned, 1, TUNED)
    with pytest.raises(UserError, match=f"{tuned.id}: shares no repeat with {default.id}; train it again"):
        compared(workspace, default, tuned)


def test_without_a_training_on_all_texts_it_is_refused(workspace: Workspace) -> None:
    default, tuned = curve(workspace, DEFAULT), curve(workspace)
    with pytest.raises(UserError, match=f"{tuned.id}: has no model trained on all texts; train it again"):
        compared(workspace, default, tuned)


def test_a_run_that_is_gone_is_refused(workspace: Workspace) -> None:
    default = curve(workspace, DEFAULT)
    run = Run.create(workspace, "compare", {"default": default.id, "tuned": "gone"}, [], "")
    with pytest.raises(UserError, match="gone: no run to open"):
        compare.run(run, Reporter(run.events_file))


DAMAGED = {
    "empty": "",
    "torn": "{",
    "list": "[]",
    "no counts": '{"point": {"repeat": 0}}',
    "odd rows": '{"point": {"repeat": 0}, "counts": {"rows": [[1]]}}',
    "deep": "[" * 9999,
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_point_is_refused_and_named(workspace: Workspace, content: str) -> None:
    default, tuned = curve(workspace, DEFAULT), curve(workspace, TUNED)
    file = tuned.folder / "points" / "100" / "point.json"
    file.write_text(content)
    with pytest.raises(UserError) as raised:
        compared(workspace, default, tuned)
    message = str(raised.value)
    assert message.startswith(f"{file}: is damaged (")
    assert message.endswith(f"resume {tuned.id} to train it again")


def test_points_that_count_other_texts_are_refused(workspace: Workspace) -> None:
    """Though both results name the same evaluation set: a folder that somebody has copied into."""
    default, tuned = curve(workspace, DEFAULT), curve(workspace, TUNED)
    file = tuned.folder / "points" / "100" / "point.json"
    data = json.loads(file.read_bytes())
    file.write_text(json.dumps({**data, "counts": {**data["counts"], "docs": TEXTS + 1}}))
    with pytest.raises(UserError, match="eval sets of 20 and 21 texts cannot be compared; train it again"):
        compared(workspace, default, tuned)
