"""What the screens look like, letter by letter and colour by colour.

After a change that is meant: .venv/bin/python -m pytest tests/tui/test_snapshots.py --snapshot-update
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from flowchart import demo
from flowchart.runs import events
from flowchart.runs.events import dump
from tests.tui.conftest import wait_until
from tui.app import NerTuiApp
from tui.panes.data_view import DataView

if TYPE_CHECKING:
    from textual.pilot import Pilot

MakeApp = Callable[..., NerTuiApp]
Compare = Callable[..., bool]

SIZES = {"small": (80, 24), "medium": (100, 30), "large": (160, 50)}

# A curve as a run leaves it, with round numbers: the trainings themselves are tested elsewhere.
SCORES = ((0.25, 228, 0.68), (0.5, 457, 0.76), (0.75, 686, 0.81), (1.0, 914, 0.83))
VERDICT = {
    "question": "Does the accuracy in the last 25% go up?",
    "answer": "CAN'T TELL",
    "difference": 0.02,
    "low": -0.01,
    "high": 0.05,
    "confidence": 0.95,
    "reason": "F changes by +2.0 points, but its 95% interval, -1.0 to +5.0 points of F, holds zero.",
}


def points() -> list[dict[str, Any]]:
    return [
        {
            "fraction": fraction,
            "docs": docs,
            "repeat": 0,
            "ents_f": score,
            "ents_p": score + 0.01,
            "ents_r": score - 0.01,
            "ents_f_low": score - 0.03,
            "ents_f_high": score + 0.03,
            "ents_per_type": {
                "PART": {"p": score, "r": score, "f": score, "support": 285},
                "FLUID": {"p": score, "r": score, "f": score - 0.2, "support": 32},
            },
        }
        for fraction, docs, score in SCORES
    ]


def in_sizes(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("size", [SIZES[name] for name in names], ids=names)


@pytest.fixture
def demo_app(make_app: MakeApp) -> NerTuiApp:
    train, evaluation = demo.files()
    return make_app(train, eval=(evaluation,))


def finish_curve(app: NerTuiApp) -> None:
    """Leave the folder of a finished run."""
    run = app.walk.new_curve(4)
    events.append(run.events_file, "start", pid=os.getpid())
    for point in points():
        events.append(run.events_file, "point", **point)
    events.append(run.events_file, "verdict", **VERDICT)
    run.result_file.write_text(dump({"points": points(), "verdict": VERDICT}), encoding="utf-8")
    events.append(run.events_file, "end", status="finished", message="")


def loaded_then(*keys: str) -> Callable[[Pilot[None]], Any]:
    async def run(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, NerTuiApp)
        await wait_until(pilot, lambda: bool(app.main.query(DataView)) and app.main.metrics.data_view.loaded)
        await pilot.press(*keys)
        await pilot.pause(0.3)

    return run


@in_sizes("small", "medium")
def test_first_screen_without_data(make_app: MakeApp, snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(make_app(), terminal_size=size)


@in_sizes("small", "large")
def test_question_with_evidence(demo_app: NerTuiApp, snap_compare: Compare, size: tuple[int, int]) -> None:
    keys = ["y", "n", "n", "y", "y", "y", "y", "n", "2"]
    assert snap_compare(demo_app, terminal_size=size, run_before=loaded_then(*keys))


@in_sizes("small", "large")
def test_data(demo_app: NerTuiApp, snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(demo_app, terminal_size=size, run_before=loaded_then("3"))


@in_sizes("small", "large")
def test_curve(make_app: MakeApp, snap_compare: Compare, size: tuple[int, int]) -> None:
    train, evaluation = demo.files()
    app = make_app(train, eval=(evaluation,))
    app.walk.open_data([train], [evaluation])
    finish_curve(app)
    keys = ["3"] if size == SIZES["large"] else ["3", "v"]
    assert snap_compare(app, terminal_size=size, run_before=loaded_then(*keys))


def test_curve_of_single_labels_in_ascii(make_app: MakeApp, snap_compare: Compare) -> None:
    train, evaluation = demo.files()
    app = make_app(train, eval=(evaluation,), ascii=True)
    app.walk.open_data([train], [evaluation])
    finish_curve(app)
    assert snap_compare(app, terminal_size=SIZES["small"], run_before=loaded_then("3", "v", "p"))


def test_findings(demo_app: NerTuiApp, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo.files()[0].parent)  # paths are shown from the current folder
    keys = ["f", "down", "tab"]
    assert snap_compare(demo_app, terminal_size=SIZES["medium"], run_before=loaded_then(*keys))


@pytest.mark.parametrize("size", [SIZES["small"], (60, 15), (59, 15)], ids=["small", "smallest", "too-small"])
def test_help_and_size(make_app: MakeApp, snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(make_app(), terminal_size=size, press=["question_mark"])


@pytest.mark.parametrize("key", ["e", "w", "slash"])
def test_dialogs(demo_app: NerTuiApp, snap_compare: Compare, key: str) -> None:
    assert snap_compare(demo_app, terminal_size=SIZES["small"], run_before=loaded_then(key))
