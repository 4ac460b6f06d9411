"""What the app does around its panes: the palette, the theme, copying, quitting while a training runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flowchart.runs.folder import Status, list_runs
from flowchart.runs.process import cancel
from flowchart.workspace import Workspace
from tests.tui.conftest import rows, screen_text, wait_until, write_rows
from tui import settings
from tui.app import NerTuiApp
from tui.screens.help import HelpScreen
from tui.terminal import osc52

MakeApp = Callable[..., NerTuiApp]


async def test_every_action_is_in_the_palette_and_works_from_there(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("y", "colon")
        await pilot.pause(0.3)
        await pilot.press(*"undo", "enter")
        await wait_until(pilot, lambda: app.walk.path.current.id == "start")


async def test_help_lists_every_key_and_what_the_source_says(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 200)) as pilot:
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen))
        text = screen_text(app)
        for key in ("y", "n", "u", "shift+tab", "colon,ctrl+p"):
            assert key.split(",")[0].replace("colon", ":") in text
        assert "This handy flowchart contains" in text
        assert "Manually highlight spans of text" in text
        assert "2022-10-1" in text
        assert "Negative outcome: review, reconsider, and improve" in text
        await pilot.press("q")
        assert not isinstance(app.screen, HelpScreen)


async def test_the_theme_is_remembered(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        app.theme = "nord"
        await pilot.pause()
    assert json.loads(settings.settings_file().read_text())["theme"] == "nord"
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        assert app.theme == "nord"


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"theme": 3, "new": true}', '{"theme": "no such theme"}']
)
async def test_odd_settings_do_no_harm(make_app: MakeApp, content: str) -> None:
    file = settings.settings_file()
    file.parent.mkdir(parents=True)
    file.write_text(content)
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("y")
        assert app.walk.path.current.id == "rules.can_write"


async def test_keys_can_be_changed(make_app: MakeApp) -> None:
    file = settings.settings_file()
    file.parent.mkdir(parents=True)
    file.write_text('{"keys": {"walk.undo": "backspace"}}')
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("y", "backspace")
        assert app.walk.path.current.id == "start"


async def test_commands_are_copied_as_they_are(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("2", "c")
        assert app.clipboard == "ner-tui check train.jsonl --eval eval.jsonl"


def test_osc_52_goes_through_tmux_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert osc52("häh") == "\x1b]52;c;aMOkaA==\x07"
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    assert osc52("x").endswith("\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\")


@pytest.mark.timeout(180)
async def test_quitting_asks_and_the_training_goes_on(
    make_app: MakeApp, tmp_path: Path, workspace: Path
) -> None:
    app = make_app(write_rows(tmp_path / "orders.jsonl", rows(200)))
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_until(pilot, lambda: app.main.metrics.data_view.loaded)
        await pilot.press("t")
        await pilot.pause()
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.main._curve_status is Status.RUNNING)
        await pilot.press("q")
        await wait_until(pilot, lambda: "A training is running" in screen_text(app))
        await pilot.press("k")  # moves
        await pilot.pause()
        assert "A training is running" in screen_text(app)
        await pilot.press("r")
        await pilot.pause()
    run = list_runs(Workspace(workspace), "train-curve")[0]
    assert run.status() is Status.RUNNING
    assert run.id in app.last_words
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_until(pilot, lambda: app.main._curve_status is Status.RUNNING)
        cancel(run)
        await wait_until(pilot, lambda: app.main._curve_status is Status.CANCELLED)


async def test_a_full_disk_keeps_the_screen_and_the_disk_in_step(
    make_app: MakeApp, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await pilot.press("y")

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("flowchart.session.write_atomic", full)
        await pilot.press("n")
        await pilot.pause()
        assert app.walk.path.current.id == "rules.can_write"
        assert "No space left on device" in screen_text(app)
        monkeypatch.undo()
        await pilot.press("n")
        assert app.walk.path.current.id == "route.model_available"
    assert len(json.loads((workspace / "session.json").read_text())["path"]["steps"]) == 2


HEAVY = ("spacy", "thinc", "numpy", "srsly", "msgspec", "plotext")


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import tui.cli", ("textual", "asyncio", *HEAVY)),
        (
            "import tui.app, tui.screens.findings, tui.screens.runs, tui.screens.help, tui.screens.export",
            HEAVY,
        ),
        (
            "import flowchart.walk, flowchart.report, flowchart.evidence, flowchart.runs.process",
            ("textual", "tui", *HEAVY),
        ),
    ],
)
def test_what_an_import_brings_along(statement: str, forbidden: tuple[str, ...]) -> None:
    code = f"import sys; {statement}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert set(done.stdout.split()) & set(forbidden) == set()


def test_flowchart_never_imports_the_screen() -> None:
    root = Path(__file__).parent.parent.parent
    for file in (root / "flowchart").rglob("*.py"):
        for line in file.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]):
                assert words[1].partition(".")[0] not in ("textual", "tui"), f"{file}: {line}"


def test_no_box_is_named_in_code() -> None:
    from flowchart import graph

    names = {name for name in graph.load().nodes if "." in name}
    root = Path(__file__).parent.parent.parent
    for folder in ("flowchart", "tui"):
        for file in (root / folder).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            found = [
                name for name in names if f'"{name}"' in text and name not in ("ner.manual", "ner.correct")
            ]
            assert found == [], f"{file} names {found}"
