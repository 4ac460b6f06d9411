"""A path: whatever is answered and taken back, in memory and on disk it is the same."""

from __future__ import annotations

import json
from pathlib import Path as FilePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart import graph
from flowchart.graph import Answer
from flowchart.path import Path

CHART = graph.load()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
MOVES = st.lists(st.sampled_from(["first", "last", "undo", "note"]), max_size=60)


def walk(moves: list[str]) -> Path:
    path = Path(CHART)
    for number, move in enumerate(moves):
        ways = list(CHART.out(path.current.id))
        if move == "undo":
            path.undo()
        elif move == "note":
            path.pending_note = f"note {number}"
        elif ways:
            path.answer(ways[0] if move == "first" else ways[-1], now="2026-11-24T12:00:00+00:00")
    return path


@given(MOVES)
def test_undo_takes_back_exactly_one_answer(moves: list[str]) -> None:
    path = walk(moves)
    ways = list(CHART.out(path.current.id))
    if not ways:
        assert path.finished
        return
    before = path.to_dict()
    path.answer(ways[0])
    path.undo()
    assert path.to_dict() == before


@given(MOVES)
def test_what_is_kept_comes_back_the_same(moves: list[str]) -> None:
    path = walk(moves)
    back, remarks = Path.from_dict(CHART, json.loads(json.dumps(path.to_dict())))
    assert remarks == []
    assert back.to_dict() == path.to_dict()
    assert back.current.id == path.current.id


@given(MOVES)
def test_no_note_is_lost_to_an_undo(moves: list[str]) -> None:
    path, written = Path(CHART), []
    for number, move in enumerate(moves):
        ways = list(CHART.out(path.current.id))
        if move == "undo":
            path.undo()
        elif move != "note":
            if ways:
                path.answer(ways[0] if move == "first" else ways[-1])
        elif not path.pending_note:
            path.pending_note = f"note {number}."
            written.append(path.pending_note)
    kept = " ".join([*(step.note for step in path.steps), *path.waiting_notes.values()])
    assert [note for note in written if note not in kept] == []


@given(MOVES)
def test_every_step_follows_an_arrow(moves: list[str]) -> None:
    path = walk(moves)
    at = "start"
    for step in path.steps:
        assert step.node == at
        at = CHART.out(at)[step.answer].target
    assert path.current.id == at
    assert sum(path.walked_edges().values()) == len(path.steps)
    assert sum(path.rounds(node) for node in CHART.nodes) == len(path.steps) + 1


@given(JSON)
def test_odd_data_begins_anew_and_loses_nothing(data: object) -> None:
    path, _ = Path.from_dict(CHART, data)
    assert path.current.id == "start" or path.steps
    json.dumps(path.to_dict())
    if isinstance(data, dict) and isinstance(data.get("steps"), list):
        kept = [*path.to_dict()["steps"], *path.lost]
        assert len(kept) >= len(data["steps"])


@given(st.lists(JSON, min_size=1, max_size=3))
def test_steps_that_do_not_fit_are_kept_beside_the_path(odd: list[object]) -> None:
    path = walk(["first", "last", "last"])
    data = path.to_dict()
    data["steps"].extend(odd)
    back, remarks = Path.from_dict(CHART, data)
    assert len(back.steps) == 3
    assert back.lost == odd
    assert len(remarks) == 1


def test_an_answer_that_is_not_offered_is_refused() -> None:
    path = Path(CHART)
    with pytest.raises(ValueError, match="no step 'yes'"):
        path.answer(Answer.YES)
    assert path.steps == []


def test_notes_go_with_their_answers_and_come_back() -> None:
    path = Path(CHART)
    path.answer(Answer.NEXT)
    path.pending_note = "the regex covers half"
    path.answer(Answer.YES)
    assert path.pending_note == ""
    path.note(0, "begun")
    assert [step.note for step in path.steps] == ["begun", "the regex covers half"]
    path.undo()
    assert path.pending_note == "the regex covers half"


def test_an_undo_leaves_a_note_with_its_box() -> None:
    path = Path(CHART)
    path.answer(Answer.NEXT)
    path.pending_note = "ask Ines first"
    path.undo()
    assert path.pending_note == ""
    path, remarks = Path.from_dict(CHART, json.loads(json.dumps(path.to_dict())))
    assert remarks == []
    path.answer(Answer.NEXT)
    assert path.pending_note == "ask Ines first"


def test_a_note_of_an_earlier_version_is_that_on_the_box_in_hand() -> None:
    data = walk(["first"]).to_dict()
    del data["waiting_notes"]
    path, remarks = Path.from_dict(CHART, {**data, "pending_note": "old"})
    assert (path.pending_note, remarks) == ("old", [])


def test_a_corrected_chart_keeps_the_rest(tmp_path: FilePath) -> None:
    path = Path(CHART)
    for answer in (Answer.NEXT, Answer.NO, Answer.NO, Answer.NEXT):  # no rules, no model: from scratch
        path.answer(answer)
    file = tmp_path / "flowchart.toml"
    file.write_text(
        '[[edge]]\nfrom = "route.model_available"\nanswer = "no"\nto = "scratch.raw"\nwhy = "x"\n'
    )
    back, remarks = Path.from_dict(graph.load(None, file), path.to_dict())
    assert [step.node for step in back.steps] == ["start", "rules.can_write", "route.model_available"]
    assert back.current.id == "scratch.raw"
    assert len(back.lost) == 1
    assert "1 steps do not fit" in remarks[0]
