"""What the screens look like, letter by letter and colour by colour.

After a change that is meant: .venv/bin/python -m pytest tests/tui/test_snapshots.py --snapshot-update
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from flowchart import demo
from tests.tui.conftest import wait_until
from tests.tui.curves import curve, finish_curve, keep_alive, old_curve, old_points, tell
from tui.app import NerTuiApp
from tui.panes.data_view import DataView

if TYPE_CHECKING:
    from textual.pilot import Pilot

MakeApp = Callable[..., NerTuiApp]
Compare = Callable[..., bool]

SIZES = {"small": (80, 24), "medium": (100, 30), "large": (160, 50)}


def in_sizes(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("size", [SIZES[name] for name in names], ids=names)


@pytest.fixture
def demo_app(make_app: MakeApp) -> NerTuiApp:
    train, evaluation = demo.files()
    return make_app(train, eval=(evaluation,))


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


def app_with_curve(make_app: MakeApp, result: dict[str, Any], **options: Any) -> NerTuiApp:
    """The app on the demo data, with a curve of it."""
    train, evaluation = demo.files()
    app = make_app(train, eval=(evaluation,), **options)
    app.walk.open_data([train], [evaluation])
    finish_curve(app.walk.new_curve(4, result.get("repeats", 1), result.get("target") or 0.0), result)
    return app


@in_sizes("small", "large")
def test_curve(make_app: MakeApp, snap_compare: Compare, size: tuple[int, int]) -> None:
    app = app_with_curve(make_app, curve())
    keys = ["3"] if size == SIZES["large"] else ["3", "v"]
    assert snap_compare(app, terminal_size=size, run_before=loaded_then(*keys))


def test_curve_in_the_smallest_terminal(make_app: MakeApp, snap_compare: Compare) -> None:
    app = app_with_curve(make_app, curve())
    assert snap_compare(app, terminal_size=(60, 15), run_before=loaded_then("3", "v"))


def test_curve_of_an_older_run(make_app: MakeApp, snap_compare: Compare) -> None:
    app = app_with_curve(make_app, old_curve())
    assert snap_compare(app, terminal_size=SIZES["small"], run_before=loaded_then("3", "v"))


def test_curve_of_single_labels_in_ascii(make_app: MakeApp, snap_compare: Compare) -> None:
    app = app_with_curve(make_app, curve(), ascii=True)
    assert snap_compare(app, terminal_size=SIZES["small"], run_before=loaded_then("3", "v", "p"))


@pytest.mark.parametrize("part", ["plot", "table"])
def test_two_curves(make_app: MakeApp, snap_compare: Compare, part: str) -> None:
    app = app_with_curve(make_app, old_curve(points=old_points(less=0.05)))
    named = "20260102-030405-train-curve-0a1b"
    other = app.walk.curve_run
    assert other is not None
    other.folder.rename(other.folder.with_name(named))
    finish_curve(app.walk.new_curve(4, 3, 0.88), curve())
    app.walk.session.compare_run = named
    keys = ["3", "v"] if part == "plot" else ["3", "v", "end"]
    assert snap_compare(app, terminal_size=SIZES["small"], run_before=loaded_then(*keys))


def test_a_curve_with_many_trainings_running(make_app: MakeApp, snap_compare: Compare) -> None:
    train, evaluation = demo.files()
    app = make_app(train, eval=(evaluation,))
    app.walk.open_data([train], [evaluation])
    run = app.walk.new_curve(20, 5)
    tell(run, ("progress", {"stage": "train", "done": 0, "total": 100, "message": "trainings done"}))
    for number in range(1, 9):
        where = {"fraction": number / 20, "repeat": 0}
        tell(run, ("point-start", {**where, "docs": 45 * number, "max_steps": 900}))
        tell(run, ("step", {**where, "step": 90 * number, "max_steps": 900, "loss": 9.5, "ents_f": 0.4}))
    for record in curve(repeats=1)["points"]:
        tell(run, ("training", {**record, "repeat": 0}), ("point", record))
    tell(run, ("point-failed", {"fraction": 0.45, "repeat": 1, "message": "was killed (SIGKILL)"}))
    keep_alive(run)
    assert snap_compare(app, terminal_size=SIZES["small"], run_before=loaded_then("3"))


def test_findings(demo_app: NerTuiApp, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo.files()[0].parent)  # paths are shown from the current folder
    keys = ["f", "down", "tab"]
    assert snap_compare(demo_app, terminal_size=SIZES["medium"], run_before=loaded_then(*keys))


@pytest.mark.parametrize("size", [SIZES["small"], (60, 15), (59, 15)], ids=["small", "smallest", "too-small"])
def test_help_and_size(make_app: MakeApp, snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(make_app(), terminal_size=size, press=["question_mark"])


@pytest.mark.parametrize("key", ["e", "w", "slash", "t"])
def test_dialogs(demo_app: NerTuiApp, snap_compare: Compare, key: str) -> None:
    assert snap_compare(demo_app, terminal_size=SIZES["small"], run_before=loaded_then(key))
