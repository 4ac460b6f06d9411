"""The learning curve in the app: live, refined by repeats, with another run laid over it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flowchart.errors import UserError
from flowchart.runs.folder import Run, Status, list_runs
from flowchart.walk import Walk
from flowchart.workspace import Workspace
from tests.tui.conftest import rows, screen_text, wait_until, write_rows
from tests.tui.curves import curve, finish_curve, keep_alive, old_curve, old_points, tell
from tui.app import NerTuiApp
from tui.screens.dialogs import Choice
from tui.screens.runs import RunsScreen
from tui.screens.train import read_answers, wrong_answers
from tui.widgets.plain import Plain

if TYPE_CHECKING:
    from textual.pilot import Pilot

MakeApp = Callable[..., NerTuiApp]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "orders.jsonl", rows(40))


@pytest.fixture
def walk(data: Path, workspace: Path) -> Walk:
    """A walk on the data, for making runs in its workspace."""
    walk = Walk(Workspace(workspace))
    walk.open_data([data], [])
    return walk


async def open_curve(pilot: Pilot[None], app: NerTuiApp, *keys: str) -> None:
    await wait_until(pilot, lambda: bool(app.main.metrics.query("#curve")))
    await wait_until(pilot, lambda: app.main._curve_status is not None)
    await pilot.press("3", *keys)
    await pilot.pause(0.2)


def table(app: NerTuiApp) -> str:
    content = app.main.metrics.curve_view.query_one("#table").visual
    return str(content)


async def test_repeats_refine_what_is_shown(make_app: MakeApp, walk: Walk) -> None:
    run = walk.new_curve(4, 2)
    keep_alive(run)
    point = curve(repeats=1)["points"][-1]
    where = {"fraction": 1.0, "repeat": 0}
    tell(run, ("progress", {"stage": "train", "done": 0, "total": 8, "message": "trainings done"}))
    tell(run, ("point-start", {**where, "docs": 914, "max_steps": 100}))
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_curve(pilot, app)
        assert "0 of 8 trainings done, 1 running, 7 waiting" in screen_text(app)
        assert "100% 1/2" in screen_text(app)
        tell(run, ("training", {**point, **where}), ("point", point))
        await wait_until(pilot, lambda: "83.0" in screen_text(app))
        assert "●" in screen_text(app)
        refined = {**point, "repeats": 2, "ents_f": 0.85, "ents_f_high": 0.9, "ents_f_sd": 0.02}
        tell(run, ("training", {**point, "repeat": 1, "ents_f": 0.87}), ("point", refined))
        await wait_until(pilot, lambda: "85.0" in screen_text(app))
        assert "2 of 8 trainings done" in screen_text(app)
        assert "2.0" in table(app)
        tell(run, ("point-failed", {"fraction": 0.5, "repeat": 1, "message": "was killed \x1b[1m(SIGKILL)"}))
        await wait_until(pilot, lambda: "50% 2/2 failed  was killed" in screen_text(app))


@pytest.mark.parametrize("result", [curve(), old_curve()], ids=["new", "old"])
async def test_results_of_any_version_are_shown(
    make_app: MakeApp, walk: Walk, result: dict[str, object]
) -> None:
    finish_curve(walk.new_curve(4), result)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_curve(pilot, app, "v")
        assert "● F on the eval set" in screen_text(app)
        assert "[80.0, 86.0]" in table(app)
        assert "CAN'T TELL" in table(app)
        assert ("about 1,200 more annotations for +2.0, 90% interval 700 to 3,500" in table(app)) is (
            "forecast" in result
        )
        await pilot.press("p")
        await pilot.pause()
        assert ("32*" in table(app)) is ("forecast" in result)
        assert ("too little support" in table(app)) is ("forecast" in result)


def two_runs(walk: Walk, **other: object) -> tuple[Run, Run]:
    first = walk.new_curve(4)
    finish_curve(first, old_curve(points=old_points(0.05), **other))
    second = walk.new_curve(4, 3, 0.88)
    finish_curve(second, curve())
    return first, second


async def compare(pilot: Pilot[None], app: NerTuiApp, *keys: str) -> None:
    await pilot.press("R")
    await wait_until(pilot, lambda: isinstance(app.screen, RunsScreen) and len(app.screen._runs) == 2)
    await wait_until(pilot, lambda: app.screen.query_one("#runs").option_count == 2)  # type: ignore[attr-defined]
    await pilot.press(*keys)
    await pilot.pause(0.2)


async def test_another_run_stays_laid_over_until_it_is_taken_off(
    make_app: MakeApp, walk: Walk, workspace: Path
) -> None:
    first, _ = two_runs(walk)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_curve(pilot, app, "v")
        await compare(pilot, app, "down", "c")
        assert f"◆ {first.id[:15]}" in screen_text(app)
        assert "[+0.8, +9.2]" in table(app)
        assert "different data" in table(app)
    assert json.loads((workspace / "session.json").read_text())["compare_run"] == first.id
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_curve(pilot, app, "v")
        await wait_until(pilot, lambda: first.id in table(app))
        await pilot.press("R")
        await wait_until(pilot, lambda: "◆ 20" in screen_text(app))
        assert "● 20" in screen_text(app)
        await pilot.press("down", "c")
        await wait_until(pilot, lambda: first.id not in table(app))
    assert json.loads((workspace / "session.json").read_text())["compare_run"] == ""


async def test_the_run_in_view_is_not_compared_with_itself(make_app: MakeApp, walk: Walk) -> None:
    first, second = two_runs(walk)
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await open_curve(pilot, app, "v")
        await compare(pilot, app, "c")
        assert "the one in view" in screen_text(app)
        await pilot.press("escape")
        await compare(pilot, app, "down", "c")
        await wait_until(pilot, lambda: first.id in table(app))
        await compare(pilot, app, "down", "enter")  # shown instead: no longer laid over itself
        await wait_until(pilot, lambda: "[75.0, 81.0]" in table(app) and first.id not in table(app))
        assert app.walk.session.curve_run == first.id
        await compare(pilot, app, "c")
        await wait_until(pilot, lambda: second.id in table(app))


async def test_scores_from_different_eval_sets_are_not_subtracted(make_app: MakeApp, walk: Walk) -> None:
    two_runs(walk, eval={"hash": "e2"})
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await open_curve(pilot, app)
        await compare(pilot, app, "down", "c")
        await wait_until(pilot, lambda: "scores from different eval sets: not compared" in table(app))
        assert "difference" not in table(app)
        assert "78.0" in table(app)


async def test_a_run_without_a_curve_is_not_laid_over(make_app: MakeApp, walk: Walk) -> None:
    walk.new_curve(4)
    finish_curve(walk.new_curve(4), curve())
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await open_curve(pilot, app, "v")
        await compare(pilot, app, "down", "c")
        assert "no finished curve" in screen_text(app)


async def test_other_data_takes_the_other_curve_off(walk: Walk, tmp_path: Path) -> None:
    first, _ = two_runs(walk)
    walk.session.compare_run = first.id
    walk.open_data([write_rows(tmp_path / "more.jsonl", rows(5))], [])
    assert walk.compare_run is None


async def test_a_compared_run_that_is_gone_is_no_trouble(make_app: MakeApp, walk: Walk) -> None:
    finish_curve(walk.new_curve(4), curve())
    walk.session.compare_run = "20200101-000000-train-curve-dead"
    walk.save()
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_curve(pilot, app, "v")
        assert "83.0" in table(app)


# -- the dialog before a training -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        (("4", "1", ""), ""),
        (("20", "20", "85"), ""),
        ((" 4 ", " 3", "85,5 "), ""),
        (("4", "1", "100%"), ""),
        (("0", "1", ""), "points"),
        (("21", "1", ""), "points"),
        (("x", "1", ""), "points"),
        (("4", "0", ""), "trainings a point"),
        (("4", "21", ""), "trainings a point"),
        (("4", "1", "0"), "target"),
        (("4", "1", "101"), "target"),
        (("4", "1", "nan"), "target"),
        (("4", "1", "inf"), "target"),
        (("4", "1", "high"), "target"),
        (("4", "1", "-5"), "target"),
    ],
)
def test_answers_before_a_training(answers: tuple[str, str, str], wrong: str) -> None:
    complaint = wrong_answers(*answers)
    assert (wrong in complaint) if wrong else complaint == ""


def test_answers_as_numbers() -> None:
    assert read_answers(" 4", "3 ", "85,5%")[:3] == (4, 3, 0.855)
    assert read_answers("4", "1", " ")[:3] == (4, 1, 0.0)
    assert read_answers("4", "1", "0.85").target == 0.85, "as --target takes it"
    given = read_answers("1", "1", "", "", "training.dropout=0.1 --training.batcher.size.stop=500")
    assert given.overrides == {"training.dropout": "0.1", "training.batcher.size.stop": "500"}


async def test_a_training_is_asked_for_with_repeats_and_a_target(
    make_app: MakeApp, walk: Walk, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.curve.launch", lambda run: None)  # what it trains is tested elsewhere
    app = make_app()
    async with app.run_test(size=(60, 15)) as pilot:
        await wait_until(pilot, lambda: bool(app.main.metrics.query("#curve")))
        await pilot.press("t")
        await pilot.pause(0.2)
        assert "Train the learning curve" in screen_text(app), "five lines and their title are more than fit"
        await pilot.press("tab", "backspace", "3", "tab", "9", "x", "enter")
        await pilot.pause(0.2)
        assert "above 0 and up to 100" in " ".join(screen_text(app).replace("│", " ").split())
        await pilot.press("backspace", "0", "enter")
        await wait_until(pilot, lambda: bool(list_runs(Workspace(workspace), "train-curve")))
        await pilot.pause(0.2)
    (run,) = list_runs(Workspace(workspace), "train-curve")
    assert (run.settings["n_samples"], run.settings["repeats"], run.settings["target"]) == (4, 3, 0.9)
    assert "--repeats 3 --target 0.9" in run.command
    assert run.status() is Status.WAITING
    again = Walk(Workspace(workspace)).session
    assert (again.n_samples, again.repeats, again.target) == (4, 3, 0.9)


def test_what_is_as_usual_is_not_written_down(walk: Walk) -> None:
    run = walk.new_curve(4)
    assert not {"repeats", "target"} & set(run.settings)
    assert "--repeats" not in run.command


# -- a training, and another curve in view --------------------------------------------------------------


def told(app: NerTuiApp) -> list[str]:
    return [notification.message for notification in app._notifications]


def training_and_another(walk: Walk) -> tuple[Run, Run]:
    """A finished curve, and a newer one that is being trained."""
    older, running = walk.new_curve(4), walk.new_curve(4)
    finish_curve(older, curve())
    keep_alive(running)
    tell(running, ("progress", {"stage": "train", "done": 0, "total": 4, "message": "trainings done"}))
    return older, running


async def test_a_training_is_kept_in_hand_while_another_curve_is_in_view(
    make_app: MakeApp, walk: Walk
) -> None:
    older, running = training_and_another(walk)
    app = make_app()
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await open_curve(pilot, app)
        assert app.main._curve_status is Status.RUNNING
        await compare(pilot, app, "down", "enter")
        await wait_until(pilot, lambda: app.main._curve_status is Status.FINISHED)
        assert app.main.active_run is not None
        assert app.main.active_run.id == running.id
        assert "training" in screen_text(app).splitlines()[0]
        await pilot.press("t")
        await wait_until(pilot, lambda: "A training is running" in screen_text(app))
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(app.screen, Choice))
        asked = app.screen.query(".dialog > Plain").first(Plain).content.plain
        assert asked == f"Cancel train-curve {running.id}, which is not in view?"
        await pilot.press("n")
        await wait_until(pilot, lambda: app.screen is app.main)
        await pilot.press("q")
        await wait_until(pilot, lambda: "Keep it running" in screen_text(app))
        await pilot.press("b")
        await wait_until(pilot, lambda: app.screen is app.main)
        finish_curve(running, curve())
        await wait_until(pilot, lambda: "train-curve finished." in screen_text(app))
        assert app.main.active_run is None
        assert app.walk.session.curve_run == older.id


@pytest.mark.parametrize("chosen", [True, False], ids=["another chosen", "none chosen"])
async def test_a_training_is_found_again_beside_the_curve_in_view(
    make_app: MakeApp, walk: Walk, chosen: bool
) -> None:
    older, running = training_and_another(walk)
    walk.session.curve_run = older.id if chosen else ""
    walk.save()
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_curve(pilot, app)
        await wait_until(pilot, lambda: app.main.active_run is not None)
        assert app.main.active_run is not None
        assert app.main.active_run.id == running.id
        assert app.main._curve is not None
        assert app.main._curve.id == (older.id if chosen else running.id)


# -- what cannot be cancelled ---------------------------------------------------------------------------


def refuse(run: Run) -> None:
    raise UserError(f"{run.id}: runs on host elsewhere; cancel it there")


async def test_a_run_that_cannot_be_cancelled_is_told(
    make_app: MakeApp, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    training_and_another(walk)
    monkeypatch.setattr("tui.screens.measuring.cancel", refuse)
    monkeypatch.setattr("tui.screens.runs.cancel", refuse)
    app = make_app()
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await open_curve(pilot, app, "x")
        await wait_until(pilot, lambda: "Cancel train-curve?" in screen_text(app))
        await pilot.press("y")
        await wait_until(pilot, lambda: any("cancel it there" in message for message in told(app)))
        await compare(pilot, app, "x")
        await wait_until(pilot, lambda: "Not cancelled" in screen_text(app))


async def test_runs_offers_to_cancel_and_resume_only_what_can_be(make_app: MakeApp, walk: Walk) -> None:
    ended, broken, going = (walk.new_curve(4) for _ in range(3))
    finish_curve(ended, curve())
    tell(broken, ("end", {"status": "failed", "message": "no room"}))
    keep_alive(going)
    offered: dict[str, set[str]] = {}
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("R")
        await wait_until(pilot, lambda: isinstance(app.screen, RunsScreen) and len(app.screen._runs) == 3)
        await wait_until(pilot, lambda: app.screen.query_one("#runs").option_count == 3)  # type: ignore[attr-defined]
        await pilot.press("home")
        for _ in range(3):
            await pilot.pause()
            run = app.screen._run()  # type: ignore[attr-defined]
            line = screen_text(app).splitlines()[-1]
            offered[run.id] = {word for word in ("Cancel", "Resume") if word in line}
            if run.id == ended.id:
                await pilot.press("x", "r")
                await pilot.pause()
                assert any("Only a run that goes on" in message for message in told(app))
                assert any("Only a run that broke" in message for message in told(app))
            await pilot.press("down")
        assert isinstance(app.screen, RunsScreen)
    assert offered == {going.id: {"Cancel"}, broken.id: {"Resume"}, ended.id: set()}
