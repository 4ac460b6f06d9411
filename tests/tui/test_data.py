"""The metrics pane on real files: loaded and trained in child processes, findings down to the row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

from flowchart.runs.folder import Status, list_runs
from flowchart.workspace import Workspace
from tests.tui.conftest import rows, screen_text, wait_until, write_rows
from tui.app import NerTuiApp
from tui.panes.data_view import headline
from tui.screens.dialogs import Ask
from tui.screens.findings import FindingsScreen, RowScreen
from tui.screens.main import MainScreen
from tui.widgets.plain import Plain

MakeApp = Callable[..., NerTuiApp]

HOSTILE = [
    "[/foo]",
    "[bold]x[/bold]",
    "[@click=app.quit]x[/]",
    "[PER]",
    "\x1b]52;c;aGFja2Vk\x07",
    "\x9b31m",
    "{0} %s ${HOME}",
    "line\r\nbreak\ttab",
    "\u202eevil",
    "中文标签",
    "x" * 3000,
]


def loaded(app: NerTuiApp) -> bool:
    return app.main.metrics.data_view.loaded


async def test_a_dataset_is_loaded_and_counted(make_app: MakeApp, small_data: Path) -> None:
    app = make_app(small_data)
    async with app.run_test(size=(160, 50)) as pilot:
        await wait_until(pilot, lambda: loaded(app))
        text = screen_text(app)
        assert "60 texts, 120 spans" in text
        assert "aligned         60     120" in text
        assert "SENDER" in text


def test_one_of_a_kind_is_no_plural() -> None:
    line = headline(["a.jsonl"], {"documents": 1, "spans": 1, "findings": {"total": 1}}, 60)
    assert line.plain.endswith("1 text, 1 span, 1 finding (f)")


async def test_the_evaluation_set_in_use_is_named(
    make_app: MakeApp, small_data: Path, workspace: Path
) -> None:
    for number, how in ((60, "now"), (70, "once")):
        write_rows(small_data, rows(number))
        app = make_app(small_data)
        async with app.run_test(size=(160, 60)) as pilot:
            await wait_until(pilot, lambda app=app: loaded(app))
            await pilot.press("3", "z")
            await pilot.pause()
            text = screen_text(app)
            assert f"Eval set: 12 texts, split off {how} (20%, seed 0)" in text
            assert "Leakage: " in text
    (file,) = (workspace / "eval-sets").glob("*.jsonl")
    assert len(file.read_text().splitlines()) == 12


async def test_an_unchanged_file_is_not_loaded_twice(
    make_app: MakeApp, small_data: Path, workspace: Path
) -> None:
    for _ in range(2):
        app = make_app(small_data)
        async with app.run_test(size=(160, 50)) as pilot:
            await wait_until(pilot, lambda app=app: loaded(app))
    assert len(list_runs(Workspace(workspace), "check")) == 1
    write_rows(small_data, rows(61))
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await wait_until(pilot, lambda: loaded(app))
        assert "61 texts" in screen_text(app)


async def test_opening_another_file_by_its_path(make_app: MakeApp, small_data: Path) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("o")
        await pilot.pause()
        assert isinstance(app.screen, Ask)
        await pilot.press(*"/no/such/file.jsonl", "enter")
        await pilot.pause()
        assert "no such file" in screen_text(app)
        line = app.screen.query_one("Input")
        line.value = str(small_data)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await wait_until(pilot, lambda: loaded(app))
        assert app.walk.session.data == [str(small_data)]


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\xff" * 500, b"not json\n", b"[]"], ids=["empty", "binary", "text", "[]"]
)
async def test_a_bad_file_is_one_message(make_app: MakeApp, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_bytes(content)
    app = make_app(file)
    async with app.run_test(size=(160, 50)) as pilot:
        await wait_until(pilot, lambda: "Press o to open another file" in screen_text(app))
        assert "bad.jsonl" in screen_text(app)
        assert "Traceback" not in screen_text(app)
        await pilot.press("y", "n")
        assert app.walk.path.current.id == "route.model_available"


async def test_findings_in_the_smallest_terminal_show_some_lines(make_app: MakeApp, tmp_path: Path) -> None:
    tasks = rows(40)
    for number in range(6):
        tasks[number]["answer"] = "reject"
    app = make_app(write_rows(tmp_path / "odd.jsonl", tasks))
    async with app.run_test(size=(60, 15)) as pilot:
        await wait_until(pilot, lambda: loaded(app))
        await pilot.press("f")
        await wait_until(pilot, lambda: isinstance(app.screen, FindingsScreen) and len(app.screen._rows) > 0)
        assert isinstance(app.screen, FindingsScreen)
        assert app.screen.kinds.scrollable_content_region.height >= 3
        assert app.screen.found.scrollable_content_region.height >= 3


async def test_findings_open_down_to_the_row(make_app: MakeApp, tmp_path: Path) -> None:
    tasks = rows(40)
    tasks[7]["answer"] = "reject"
    tasks[9]["spans"][0]["end"] += 1  # into the white space behind the word
    file = write_rows(tmp_path / "odd.jsonl", tasks)
    app = make_app(file)
    async with app.run_test(size=(160, 50)) as pilot:
        await wait_until(pilot, lambda: loaded(app))
        await pilot.press("f")
        await wait_until(pilot, lambda: isinstance(app.screen, FindingsScreen) and len(app.screen._rows) > 0)
        assert "findings" in screen_text(app).lower()
        screen = app.screen
        assert isinstance(screen, FindingsScreen)
        found = {(row["kind"], row["row"]) for row in screen._rows}
        assert any(row == 8 for _, row in found)
        assert any(row == 10 for _, row in found)
        await pilot.press("tab", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, RowScreen))
        assert '"text"' in screen_text(app)
        await pilot.press("escape", "escape")
        assert isinstance(app.screen, MainScreen)


async def test_text_from_data_is_text_everywhere(make_app: MakeApp, tmp_path: Path) -> None:
    tasks = rows(len(HOSTILE) * 3)
    for number, task in enumerate(tasks):
        hostile = HOSTILE[number % len(HOSTILE)]
        task["text"] = f"{task['text']} {hostile} {number}"
        task["spans"][0]["label"] = hostile
        tasks[number] = task
    tasks += [{"text": h, "spans": [{"start": 5, "end": 2, "label": h}], "answer": h} for h in HOSTILE]
    file = write_rows(tmp_path / "[bold]odd[@click=app.quit] \x1b[31m.jsonl", tasks)
    app = make_app(file)
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await wait_until(pilot, lambda: loaded(app))
        await pilot.press("3", "z")
        await pilot.pause()
        text = screen_text(app)
        for shown in ("[/foo]", "[bold]x[/bold]", "[PER]", "[@click=app.quit]x"):
            assert shown in text
        only_plain_text(app)
        for hostile in HOSTILE:
            app.notify(hostile, markup=False)
        await pilot.press("w")
        await pilot.pause()
        only_plain_text(app)
        await pilot.press("escape", "f")
        await wait_until(pilot, lambda: isinstance(app.screen, FindingsScreen) and len(app.screen._rows) > 0)
        only_plain_text(app)
        await pilot.press("tab", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, RowScreen))
        only_plain_text(app)
        assert app.is_running


def only_plain_text(app: NerTuiApp) -> None:
    """Nothing on the screen is a control character, or a click on an action that data has named."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in segment.text)
            assert "app.quit" not in str(segment.style.meta if segment.style is not None else "")


@pytest.mark.timeout(180)
async def test_training_draws_the_curve_and_is_found_again(
    make_app: MakeApp, tmp_path: Path, workspace: Path
) -> None:
    file = write_rows(tmp_path / "orders.jsonl", rows(80))
    app = make_app(file)
    async with app.run_test(size=(160, 50)) as pilot:
        await wait_until(pilot, lambda: loaded(app))
        await pilot.press("t")
        await pilot.pause()
        await pilot.press("backspace", "2", *["tab"] * 4, *"training.max", "_", *"steps=30", "enter")
        await wait_until(pilot, lambda: app.main.metrics.curve_view.finished, 120)
        text = screen_text(app)
        assert "training texts" in text
        assert "Does the accuracy in the last" in text
        await pilot.press("p")
        await pilot.pause()
    run = list_runs(Workspace(workspace), "train-curve")[0]
    result = run.result()
    assert result is not None
    assert [point["fraction"] for point in result["points"]] == [0.5, 1.0]
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: app.main.metrics.curve_view.finished)
        await pilot.press("3", "v")
        await pilot.pause()
        assert "F on the eval set" in screen_text(app)
        await pilot.press("R")
        await wait_until(pilot, lambda: "finished" in screen_text(app))


@pytest.mark.timeout(180)
async def test_cancel_asks_and_stops(make_app: MakeApp, tmp_path: Path, workspace: Path) -> None:
    file = write_rows(tmp_path / "orders.jsonl", rows(400))
    app = make_app(file)
    async with app.run_test(size=(160, 50)) as pilot:
        await wait_until(pilot, lambda: loaded(app))
        await pilot.press("t")
        await pilot.pause()
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.main._curve_status is Status.RUNNING)
        await pilot.press("x")
        await pilot.pause()
        await pilot.press("y")
        await wait_until(pilot, lambda: app.main._curve_status is Status.CANCELLED, 30)
        assert "cancelled" in screen_text(app)
    run = list_runs(Workspace(workspace), "train-curve")[0]
    events = [json.loads(line) for line in (run.folder / "events.jsonl").read_text().splitlines()]
    assert events[-1]["event"] == "end"
    assert events[-1]["status"] == "cancelled"


async def test_a_failed_load_is_told_where_its_pane_is_hidden(make_app: MakeApp, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("no json\n" * 3)
    app = make_app(bad)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await wait_until(pilot, lambda: "Not loaded" in screen_text(app))
        assert "not JSON Lines" in screen_text(app)
        await pilot.press("t")
        await pilot.pause()
        assert app.screen is app.main


async def test_a_training_goes_on_in_view_when_other_data_is_opened(
    make_app: MakeApp, tmp_path: Path
) -> None:
    first, other = (write_rows(tmp_path / f"{name}.jsonl", rows(400)) for name in ("first", "other"))
    app = make_app(first)
    async with app.run_test(size=(160, 50)) as pilot:
        await wait_until(pilot, lambda: loaded(app))
        await pilot.press("t")
        await wait_until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("enter")
        await wait_until(pilot, lambda: "train-curve running" in screen_text(app))
        app.main.walk.open_data([other], [])
        app.main._load_data()
        app.main.come_back_to_curve()
        await wait_until(pilot, lambda: "of other data than is open now" in screen_text(app))
        assert app.main.active_run is not None
        await pilot.press("x")
        await wait_until(pilot, lambda: not isinstance(app.screen, MainScreen))
        await pilot.press("y")
        await wait_until(pilot, lambda: "train-curve cancelled" in screen_text(app))


async def test_findings_open_whatever_became_of_the_file(make_app: MakeApp, tmp_path: Path) -> None:
    tasks = rows(40)
    tasks[7]["answer"] = "reject"
    file = write_rows(tmp_path / "odd.jsonl", tasks)
    app = make_app(file)
    async with app.run_test(size=(160, 50)) as pilot:
        await wait_until(pilot, lambda: loaded(app))
    (app.walk.workspace.root / "session.json").unlink()
    app = make_app(file)
    async with app.run_test(size=(160, 50)) as pilot:
        await wait_until(pilot, lambda: loaded(app))
        (run,) = list_runs(app.walk.workspace, "check")
        assert app.walk.session.check_run == run.id
        app.walk.session.check_run = ""
        write_rows(file, rows(41))
        await pilot.press("f")
        await wait_until(pilot, lambda: isinstance(app.screen, FindingsScreen) and len(app.screen._rows) > 0)


async def test_findings_that_are_gone_are_told(make_app: MakeApp, small_data: Path) -> None:
    app = make_app(small_data)
    async with app.run_test(size=(160, 50)) as pilot:
        await wait_until(pilot, lambda: loaded(app))
        (run,) = list_runs(app.walk.workspace, "check")
        (run.folder / "findings.jsonl").unlink()
        await pilot.press("f")
        await wait_until(pilot, lambda: isinstance(app.screen, FindingsScreen))
        detail = app.screen.query_one("#detail", Plain)
        await wait_until(pilot, lambda: "the findings cannot be read" in detail.content.plain)


@pytest.mark.parametrize("typed", ["~nobody-of-that-name/x.jsonl", "x" * 300])
async def test_an_odd_path_is_told_in_the_dialog(make_app: MakeApp, typed: str) -> None:
    from tui.screens.means import wrong_means
    from tui.screens.train import wrong_answers

    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("o")
        await wait_until(pilot, lambda: isinstance(app.screen, Ask))
        app.screen.query_one(Input).value = typed
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, Ask)
        assert app.screen.query_one("#wrong").display
    assert wrong_means([typed, "", "", "", ""]) != ""
    assert wrong_means(["", typed, "", "", ""]) != ""
    assert wrong_answers("4", "1", "", typed) == "", "whoever loads it says so"


async def test_what_was_set_stays_for_the_same_files(make_app: MakeApp, small_data: Path) -> None:
    for data, said, then in (
        ((small_data,), {"target": 0.9, "repeats": 3}, (0.9, 3, 4)),
        ((small_data,), {"repeats": 2}, (0.9, 2, 4)),
        ((), {"n_samples": 5}, (0.9, 2, 5)),
    ):
        app = make_app(*data, **said)
        async with app.run_test(size=(100, 30)) as pilot:
            await wait_until(pilot, lambda app=app: loaded(app))
            session = app.walk.session
            assert (session.target, session.repeats, session.n_samples) == then


async def test_f_mends_what_is_certain_and_takes_it_back(
    make_app: MakeApp, tmp_path: Path, workspace: Path
) -> None:
    tasks = rows(40)
    for task in tasks[:10]:
        task["spans"][0]["end"] += 1  # into the white space behind the word
    app = make_app(write_rows(tmp_path / "odd.jsonl", tasks))
    async with app.run_test(size=(200, 60)) as pilot:
        await wait_until(pilot, lambda: loaded(app))
        assert "aligned         40      70" in screen_text(app)
        assert "F mends 10 spans" in screen_text(app)
        assert "F Mend" in screen_text(app)
        await pilot.press("F")
        await wait_until(pilot, lambda: "10 spans mended" in screen_text(app))
        assert "aligned         40      80" in screen_text(app)
        assert "F As written" in screen_text(app)
        assert json.loads((workspace / "session.json").read_text())["fix"] is True
        await pilot.press("f")
        await wait_until(pilot, lambda: isinstance(app.screen, FindingsScreen) and len(app.screen._rows) > 0)
        assert "whitespace-mended" in screen_text(app)
        assert "F As written" in screen_text(app)
        await pilot.press("F")
        await wait_until(pilot, lambda: app.screen is app.main and "F mends 10 spans" in screen_text(app))
        assert app.walk.session.fix is False
    runs = list_runs(Workspace(workspace), "check")
    assert sorted(bool(run.settings.get("fix")) for run in runs) == [False, True], "the first is used again"


async def test_f_does_nothing_where_there_is_nothing_to_mend(make_app: MakeApp, small_data: Path) -> None:
    app = make_app(small_data)
    async with app.run_test(size=(200, 60)) as pilot:
        await wait_until(pilot, lambda: loaded(app))
        await pilot.press("F", "f")
        await wait_until(pilot, lambda: isinstance(app.screen, FindingsScreen))
        await pilot.press("F")
        await pilot.pause()
        assert app.walk.session.fix is False
        assert "Mend" not in screen_text(app)


async def test_a_row_of_a_file_that_has_changed_is_not_shown(make_app: MakeApp, tmp_path: Path) -> None:
    """Another row would stand there as if it were the one that was found."""
    file = write_rows(tmp_path / "orders.jsonl", [*rows(30), {"text": "", "spans": [], "answer": "accept"}])
    app = make_app(file)
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_until(pilot, lambda: app.main.metrics.data_view.loaded)
        write_rows(file, rows(40, first=5))
        await pilot.press("f")
        await wait_until(pilot, lambda: isinstance(app.screen, FindingsScreen) and bool(app.screen._rows))
        await pilot.press("enter", "enter")
        await wait_until(
            pilot,
            lambda: any("has changed since it was read" in note.message for note in app._notifications),
        )
        assert isinstance(app.screen, FindingsScreen)
        await pilot.press("escape", "t")
        await wait_until(pilot, lambda: "Changed since the data was loaded" in screen_text(app))
        await pilot.press("b", "3")
        await wait_until(pilot, lambda: "orders.jsonl has changed since" in screen_text(app))
