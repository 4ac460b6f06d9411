"""Folding the events of a learning curve: trainings, points that are refined, verdict, forecast."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart.runs.progress import Progress


def training(fraction: float, repeat: int, score: float) -> dict[str, Any]:
    return {"event": "training", "fraction": fraction, "repeat": repeat, "docs": 100, "ents_f": score}


def point(fraction: float, repeats: int, score: float) -> dict[str, Any]:
    return {"event": "point", "fraction": fraction, "repeats": repeats, "docs": 100, "ents_f": score}


def folded(*events: dict[str, Any], **settings: Any) -> Progress:
    progress = Progress.of(settings)
    for event in events:
        progress.fold({"time": "now", **event})
    return progress


def test_repeats_refine_their_point() -> None:
    progress = folded(
        training(1.0, 0, 0.7),
        point(1.0, 1, 0.7),
        training(0.5, 0, 0.6),
        point(0.5, 1, 0.6),
        training(1.0, 1, 0.8),
        point(1.0, 2, 0.75),
        {"event": "verdict", "answer": "YES"},
        {"event": "forecast", "models": [], "reason": "too few"},
        {"event": "verdict", "answer": "NO"},
        repeats=2,
        target=0.9,
    )
    assert [(p["fraction"], p["repeats"], p["ents_f"]) for p in progress.points] == [
        (0.5, 1, 0.6),
        (1.0, 2, 0.75),
    ]
    trainings = [(t["fraction"], t["repeat"]) for t in progress.result["trainings"]]
    assert trainings == [(0.5, 0), (1.0, 0), (1.0, 1)]
    assert {t.state for t in progress.trainings.values()} == {"done"}
    assert progress.result["verdict"] == {"answer": "NO"}
    assert progress.result["forecast"]["reason"] == "too few"
    assert (progress.result["target"], progress.repeats) == (0.9, 2)


def test_points_of_an_older_run_are_its_trainings() -> None:
    old = [{"event": "point", "fraction": f, "repeat": 0, "docs": 9, "ents_f": f} for f in (1.0, 0.5)]
    progress = folded({"event": "point-start", "fraction": 1.0, "docs": 9, "max_steps": 5}, *old)
    assert [p["fraction"] for p in progress.points] == [0.5, 1.0]
    assert progress.result["trainings"] == progress.points
    assert [t.state for t in progress.trainings.values()] == ["done", "done"]


def test_what_waits_is_counted() -> None:
    progress = folded({"event": "progress", "stage": "align", "done": 5, "total": 9000}, repeats=3)
    assert (progress.waiting, progress.share) == (0, 0.0)
    progress.fold({"event": "progress", "stage": "train", "done": 0, "total": 12})
    assert progress.waiting == 12
    progress.fold({"event": "point-start", "fraction": 1.0, "repeat": 0, "docs": 100, "max_steps": 100})
    progress.fold({"event": "step", "fraction": 1.0, "repeat": 0, "step": 60, "max_steps": 100, "loss": 1.0})
    assert progress.waiting == 11
    assert progress.share == pytest.approx(0.05)
    progress.fold(training(1.0, 0, 0.7))
    assert progress.share == pytest.approx(1 / 12)


def test_what_was_asked_for_is_known_before_it_is_told() -> None:
    start = {"event": "point-start", "fraction": 1.0, "repeat": 0, "docs": 100, "max_steps": 100}
    assert folded(start, n_samples=4, repeats=2).waiting == 7


def test_a_resumed_run_trains_what_was_broken_off() -> None:
    progress = folded(
        {"event": "progress", "stage": "train", "done": 0, "total": 3},
        training(1.0, 0, 0.7),
        {"event": "point-start", "fraction": 0.5, "repeat": 0, "docs": 100, "max_steps": 100},
        {"event": "step", "fraction": 0.5, "repeat": 0, "step": 60, "max_steps": 100, "ents_f": 0.9},
        {"event": "point-failed", "fraction": 0.25, "repeat": 0, "message": "killed"},
        {"event": "end", "status": "failed"},
        {"event": "start", "pid": 1},
    )
    assert progress.end is None
    states = {key: (t.state, t.step, t.ents_f, t.message) for key, t in progress.trainings.items()}
    assert states[0.5, 0] == states[0.25, 0] == ("waiting", 0, None, "")
    assert progress.trainings[1.0, 0].state == "done"
    assert progress.waiting == 2


anything = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3))


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "event": st.sampled_from(
                    ["start", "progress", "point-start", "step", "training", "point", "point-failed", "end"]
                )
            },
            optional=dict.fromkeys(
                ("fraction", "repeat", "docs", "ents_f", "step", "max_steps", "stage", "done"), anything
            ),
        ),
        max_size=6,
    )
)
def test_odd_events_change_nothing_that_would_break(events: list[dict[str, Any]]) -> None:
    progress = folded(*events)
    assert isinstance(progress.points, list)
    assert progress.waiting >= 0
    assert 0 <= progress.share <= 1
