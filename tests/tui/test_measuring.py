"""The questions measured from the data in view, by real child processes: taken, decided otherwise, opened."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from flowchart.runs.folder import Run, Status, list_runs
from flowchart.runs.identity import Identity
from flowchart.runs.process import cancel, launch
from flowchart.walk import Walk
from flowchart.workspace import Workspace
from tests.flowchart.runs.helpers import wait_for_end
from tests.tui.conftest import rows, screen_text, wait_until, write_rows
from tests.tui.curves import curve
from tests.tui.tiny import tiny_pipeline
from tui.app import NerTuiApp
from tui.options import Options
from tui.screens.details import DetailsScreen
from tui.screens.dialogs import Ask, Choice
from tui.screens.findings import FindingsScreen
from tui.screens.main import MainScreen
from tui.widgets.plain import Plain

if TYPE_CHECKING:
    from textual.pilot import Pilot

MakeApp = Callable[..., NerTuiApp]

LARGE = (160, 50)

TO_HAPPY = ("y", "n", "n", "y", "y", "y", "y")
"""The keys from the start to the first question whether somebody is happy with the results."""


QUICK = [tiny_pipeline()]
"""Loading a real pipeline takes most of the time."""


@pytest.fixture(autouse=True)
def _nothing_goes_on(workspace: Path) -> Iterator[None]:
    """No run outlives its test."""
    yield
    for run in list_runs(Workspace(workspace)):
        if run.recipe == "measure":
            cancel(run)


@pytest.fixture
def open_app(make_app: MakeApp, small_data: Path) -> Callable[..., NerTuiApp]:
    """Opens the app on small data that nobody has measured yet."""

    def make(*data: Path, quick: bool = True) -> NerTuiApp:
        app = make_app(*(data or (small_data,)), measure=True)
        app.walk.session.models = QUICK if quick else []
        return app

    return make


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which small data, beside it, has been loaded and measured."""
    folder = tmp_path_factory.mktemp("known")
    walk = Walk(Workspace(folder / "workspace"))
    walk.open_data([write_rows(folder / "small.jsonl", rows(60))], [])
    walk.session.models = QUICK
    for new in (walk.new_check, lambda: walk.inquiry.new_measuring()):
        run = new()
        launch(run)
        assert wait_for_end(run) is Status.FINISHED
    return folder / "workspace"


@pytest.fixture
def come_back(known: Path) -> Callable[[], NerTuiApp]:
    """Opens the app at the start of the chart, on data that has been measured."""

    def make() -> NerTuiApp:
        (known / "session.json").unlink(missing_ok=True)
        place = Workspace(known)
        options = Options(workspace=place, data=(known.parent / "small.jsonl",))
        app = NerTuiApp(options, Walk(place))
        app.walk.session.models = QUICK
        return app

    return make


def kept(workspace: Path) -> list[dict[str, Any]]:
    """The steps as they are on disk."""
    return list(json.loads((workspace / "session.json").read_text())["path"]["steps"])


def measurings(workspace: Path) -> list[Run]:
    return list_runs(Workspace(workspace), "measure")


def question(app: NerTuiApp) -> str:
    """The question pane's text, in which no sentence is wrapped."""
    return app.main.question.query_one(Plain).content.plain


def toasts(app: NerTuiApp) -> list[str]:
    return [notification.message for notification in app._notifications]


def is_measuring(app: NerTuiApp) -> bool:
    """Whether the status line says so."""
    return "measuring" in screen_text(app).splitlines()[0]


async def measured(app: NerTuiApp, pilot: Pilot[None], workspace: Path) -> None:
    """Wait until all is measured, and shown."""

    def done() -> bool:
        runs = measurings(workspace)
        return bool(runs) and runs[0].status() is Status.FINISHED and not is_measuring(app)

    await wait_until(pilot, done)
    await wait_until(pilot, lambda: "context" in app.main.facts.measured)


async def fill(app: NerTuiApp, pilot: Pilot[None], place: int, value: str) -> None:
    """Fill in a line of the dialog that is open, and take it."""
    await wait_until(pilot, lambda: isinstance(app.screen, Ask))
    list(app.screen.query(Input))[place].value = value
    await pilot.press("enter")
    await pilot.pause()


# -- the answer ---------------------------------------------------------------------------------------


async def test_evidence_comes_into_the_question_and_enter_takes_it(
    open_app: MakeApp, workspace: Path
) -> None:
    app = open_app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("y")
        await wait_until(pilot, lambda: "It suggests YES" in screen_text(app))
        text = question(app)
        assert "From your data" in text
        assert "of 24 annotated mentions" in text
        assert "held against" in text
        await pilot.press("enter")
        await pilot.pause()
        assert app.walk.path.current.id == "rules.accurate"
        step = kept(workspace)[-1]
        assert (step["node"], step["answer"], step["suggestion"]) == ("rules.can_write", "yes", "YES")
        assert step["evidence"]["suggestion"] == "YES"
        assert "of 24 annotated mentions" in step["evidence"]["reason"]
        await measured(app, pilot, workspace)
    (run,) = measurings(workspace)
    assert run.settings["train"] == app.walk.session.data


async def test_where_nothing_is_suggested_enter_answers_nothing(come_back: MakeApp, known: Path) -> None:
    app = come_back()
    async with app.run_test(size=LARGE) as pilot:
        await measured(app, pilot, known)
        await pilot.press(*TO_HAPPY)
        await pilot.pause()
        assert app.walk.path.current.id == "scratch.happy"
        assert "It suggests CAN'T TELL" in screen_text(app)
        assert "enter takes it" not in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.walk.path.current.id == "scratch.happy"


async def test_no_against_yes_is_the_persons_and_a_note_says_why(come_back: MakeApp, known: Path) -> None:
    app = come_back()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("y")
        await wait_until(pilot, lambda: "It suggests YES" in screen_text(app))
        await pilot.press("n")
        await wait_until(pilot, lambda: bool(toasts(app)))
        assert toasts(app) == ["Answered NO; the data suggested YES. W notes why, if you like."]
        assert app.walk.path.current.id == "route.model_available"
        step = kept(known)[-1]
        assert (step["answer"], step["suggestion"], step["note"]) == ("no", "YES", "")
        assert step["evidence"]["suggestion"] == "YES"
        await pilot.press("W")
        await fill(app, pilot, 0, "too many names [bold]")
        await wait_until(pilot, lambda: kept(known)[-1]["note"] != "")
        step = kept(known)[-1]
        assert (step["node"], step["note"]) == ("rules.can_write", "too many names [bold]")
        assert app.walk.path.pending_note == ""
        assert app.walk.path.current.id == "route.model_available"
        assert "(answered otherwise)" in app.walk.report()


async def test_yes_on_yes_needs_no_words(come_back: MakeApp) -> None:
    app = come_back()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("y")
        await wait_until(pilot, lambda: "It suggests YES" in screen_text(app))
        await pilot.press("y")
        await pilot.pause()
        assert app.walk.path.current.id == "rules.accurate"
        assert toasts(app) == []


# -- the details --------------------------------------------------------------------------------------


async def test_the_details_open_down_to_the_row(come_back: MakeApp, known: Path) -> None:
    app = come_back()
    async with app.run_test(size=LARGE) as pilot:
        await measured(app, pilot, known)
        await pilot.press("y", "y", "y")
        await pilot.pause()
        assert app.walk.path.current.id == "rules.evaluation_sure"
        assert "It suggests NO" in screen_text(app)  # the texts differ by little more than their names
        await pilot.press("d")
        await wait_until(pilot, lambda: isinstance(app.screen, DetailsScreen))
        assert "Are you sure your evaluation is correct?" in screen_text(app)
        assert "two models differ from" in screen_text(app)
        assert "enter opens the 12 rows behind it" in screen_text(app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, FindingsScreen))
        await wait_until(pilot, lambda: "eval-text-near-train" in screen_text(app))
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, DetailsScreen)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, MainScreen)
        assert app.walk.path.current.id == "rules.evaluation_sure"


async def test_without_rows_the_details_are_the_table(come_back: MakeApp, known: Path) -> None:
    app = come_back()
    async with app.run_test(size=LARGE) as pilot:
        await measured(app, pilot, known)
        await pilot.press(*TO_HAPPY, "n")
        await pilot.pause()
        assert app.walk.path.current.id == "scratch.enough"
        await pilot.press("d")
        await wait_until(pilot, lambda: isinstance(app.screen, DetailsScreen))
        assert "SENDER" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, DetailsScreen)


async def test_where_nothing_was_measured_d_opens_nothing(make_app: MakeApp, small_data: Path) -> None:
    app = make_app(small_data)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("y", "d")
        await pilot.pause()
        assert isinstance(app.screen, MainScreen)


# -- what it is measured with -------------------------------------------------------------------------


async def test_patterns_that_are_not_there_are_told_in_the_dialog(come_back: MakeApp, known: Path) -> None:
    app = come_back()
    async with app.run_test(size=LARGE) as pilot:
        await measured(app, pilot, known)
        await pilot.press("m")
        await fill(app, pilot, 0, "/no/such/patterns.jsonl")
        assert isinstance(app.screen, Ask)
        assert "/no/such/patterns.jsonl: no such file" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, MainScreen)
        assert app.walk.session.patterns == ""
    assert len(measurings(known)) == 1


async def test_patterns_of_ones_own_are_measured_anew(
    open_app: MakeApp, workspace: Path, tmp_path: Path
) -> None:
    patterns = tmp_path / "patterns.jsonl"
    patterns.write_text('{"label": "PLACE", "pattern": "Northgate"}\n')
    app = open_app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("y")
        await measured(app, pilot, workspace)
        await pilot.press("m")
        await fill(app, pilot, 0, str(patterns))
        await wait_until(pilot, lambda: "Your 1 pattern matches" in question(app))
        await measured(app, pilot, workspace)
    assert [run.settings.get("patterns", "") for run in measurings(workspace)] == [str(patterns), ""]
    assert json.loads((workspace / "session.json").read_text())["patterns"] == str(patterns)


def trained(app: NerTuiApp) -> Run:
    """A learning curve of the data in view, as a run leaves it: F 83.0."""
    walk = app.walk
    settings = {**walk.data_settings, "n_samples": 4, "workers": 2}
    inputs = [("train", Path(name)) for name in walk.session.data]
    run = Run.create(walk.workspace, "train-curve", settings, inputs, "ner-tui train-curve")
    run.process_file.write_text(json.dumps(Identity.of(os.getpid(), 0).to_dict()))
    run.result_file.write_text(json.dumps(curve(repeats=1, target=None)))
    run.events_file.write_text('{"event": "end", "status": "finished", "time": "now"}\n')
    return run


async def test_another_target_answers_otherwise_and_measures_nothing_anew(
    come_back: MakeApp, known: Path
) -> None:
    app = come_back()
    async with app.run_test(size=LARGE) as pilot:
        await measured(app, pilot, known)
        run = trained(app)
        await pilot.press(*TO_HAPPY)
        await pilot.pause()
        assert app.walk.path.current.id == "scratch.happy"
        for target, said in (
            ("", "say which F would be good enough"),
            ("50", "all of it above the target of 50.0"),
            ("95", "all of it below the target of 95.0"),
        ):
            await pilot.press("m")
            await wait_until(pilot, lambda: isinstance(app.screen, Ask))
            await fill(app, pilot, len(list(app.screen.query(Input))) - 1, target)
            await wait_until(pilot, lambda said=said: said in question(app))
        assert "It suggests NO" in screen_text(app)
        assert app.walk.session.target == 0.95
        await measured(app, pilot, known)
    assert len(measurings(known)) == 1
    shutil.rmtree(run.folder)


# -- other data ---------------------------------------------------------------------------------------


async def test_what_is_known_of_other_data_answers_nothing(known: Path, tmp_path: Path) -> None:
    other = write_rows(tmp_path / "other.jsonl", rows(40, first=100))
    (known / "session.json").unlink(missing_ok=True)
    place = Workspace(known)
    data = (known.parent / "small.jsonl",)
    app = NerTuiApp(Options(workspace=place, data=data, measure=False), Walk(place))
    app.walk.session.models = QUICK
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("y")
        await wait_until(pilot, lambda: "It suggests YES" in question(app))
        await pilot.press("o")
        await fill(app, pilot, 0, str(other))
        await wait_until(pilot, lambda: app.walk.session.data == [str(other)])
        for seen in (lambda: True, lambda: app.main.metrics.data_view.loaded):
            await wait_until(pilot, seen)
            assert "It suggests" not in question(app)
            assert app.main.facts.measured == {}
            await pilot.press("enter")
            await pilot.pause(0.2)
            assert app.walk.path.current.id == "rules.can_write"
        assert "40 texts" in screen_text(app)
        await pilot.press("y")
        assert kept(known)[-1]["evidence"] is None


async def test_a_measuring_ends_when_other_data_is_opened(
    open_app: MakeApp, tmp_path: Path, workspace: Path
) -> None:
    first, other = (
        write_rows(tmp_path / f"{name}.jsonl", rows(count)) for name, count in (("a", 1500), ("b", 60))
    )
    app = open_app(first, quick=False)
    async with app.run_test(size=LARGE) as pilot:
        await wait_until(pilot, lambda: bool(measurings(workspace)) and is_measuring(app))
        await wait_until(pilot, lambda: app.main.measured_by is not None)
        (run,) = measurings(workspace)
        pid = run.pid()
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)  # so that it is not done before it is cancelled
        await pilot.press("o")
        await fill(app, pilot, 0, str(other))
        await wait_until(pilot, lambda: run.status() is Status.CANCELLED)
        await wait_until(pilot, lambda: len(measurings(workspace)) == 2)
        assert measurings(workspace)[0].settings["train"] == [str(other)]


async def test_asking_for_the_same_lets_the_measuring_go_on(
    open_app: MakeApp, tmp_path: Path, workspace: Path
) -> None:
    app = open_app(write_rows(tmp_path / "more.jsonl", rows(1500)), quick=False)
    async with app.run_test(size=LARGE) as pilot:
        await wait_until(pilot, lambda: app.main.measured_by is not None and is_measuring(app))
        await pilot.press("m")
        await wait_until(pilot, lambda: isinstance(app.screen, Ask))
        await fill(app, pilot, len(list(app.screen.query(Input))) - 1, "80")
        await wait_until(pilot, lambda: app.walk.session.target == 0.8)
        await pilot.pause(1)
        (run,) = measurings(workspace)
        assert run.status() in (Status.RUNNING, Status.FINISHED)


# -- coming back, cancelling --------------------------------------------------------------------------


async def test_coming_back_takes_what_was_measured(come_back: MakeApp, known: Path) -> None:
    (before,) = measurings(known)
    app = come_back()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("y")
        await wait_until(pilot, lambda: "It suggests YES" in screen_text(app))
        await measured(app, pilot, known)
    assert [run.id for run in measurings(known)] == [before.id]


async def test_changed_data_is_measured_anew(
    open_app: MakeApp, make_app: MakeApp, small_data: Path, workspace: Path
) -> None:
    app = open_app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("y")
        await measured(app, pilot, workspace)
    write_rows(small_data, rows(80))
    app = make_app(measure=True)
    async with app.run_test(size=LARGE) as pilot:
        await wait_until(pilot, lambda: len(measurings(workspace)) == 2)
        await wait_until(pilot, lambda: "It suggests" in screen_text(app))
        await measured(app, pilot, workspace)


async def test_measuring_can_be_cancelled(open_app: MakeApp, tmp_path: Path, workspace: Path) -> None:
    app = open_app(write_rows(tmp_path / "more.jsonl", rows(1500)), quick=False)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("y")
        await wait_until(pilot, lambda: bool(measurings(workspace)) and is_measuring(app))
        await wait_until(pilot, lambda: "x Cancel" in screen_text(app).splitlines()[-1])
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(app.screen, Choice))
        assert "Cancel measure?" in screen_text(app)
        await pilot.press("y")
        (run,) = measurings(workspace)
        await wait_until(pilot, lambda: run.status() is Status.CANCELLED)
        await wait_until(pilot, lambda: not is_measuring(app))
        await wait_until(pilot, lambda: "x Cancel" not in screen_text(app).splitlines()[-1])


async def test_patterns_that_say_nothing_are_told_and_the_rest_is_measured(
    open_app: MakeApp, workspace: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{\n")
    app = open_app()
    app.walk.session.patterns = str(broken)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("y")
        await measured(app, pilot, workspace)
        assert "It suggests CAN'T TELL" in screen_text(app)
        assert "no pattern that can be used" in question(app)
        await pilot.press("n", "n")
        assert app.walk.path.current.id == "scratch.enter"


async def test_patterns_that_cannot_be_used_are_a_message_and_stop_nothing_else(
    open_app: Callable[..., NerTuiApp], tmp_path: Path
) -> None:
    odd = tmp_path / "odd.jsonl"
    odd.write_text('{"label": "A"}\n')
    app = open_app()
    app.walk.session.patterns = str(odd)
    async with app.run_test(size=LARGE) as pilot:
        await wait_until(pilot, lambda: any("no pattern that can be used" in each for each in toasts(app)))
        assert any(each.startswith(f"{odd}: ") for each in toasts(app))
        await wait_until(pilot, lambda: "models" in app.main.facts.measured)
        assert "error" not in app.main.facts.measured["context"]
