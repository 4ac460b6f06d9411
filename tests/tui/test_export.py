"""Exporting from the app: no file is lost to a key pressed twice."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.conftest import screen_text, wait_until
from tui.app import NerTuiApp
from tui.screens.dialogs import Ask
from tui.screens.export import DEFAULT_NAME

MakeApp = Callable[..., NerTuiApp]


async def test_a_file_is_overwritten_only_on_request(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / DEFAULT_NAME
    file.write_text("mine", encoding="utf-8")
    app = make_app()
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        for key, kept in (("enter", True), ("escape", True), ("n", True), ("y", False)):
            await pilot.press("e", "f")
            await wait_until(pilot, lambda: "Export to a file" in screen_text(app))
            await pilot.press("enter")
            await wait_until(pilot, lambda: "is there already" in screen_text(app))
            await pilot.press(key)
            await wait_until(pilot, lambda: app.screen is app.main)
            if kept:
                assert file.read_text(encoding="utf-8") == "mine"
        await wait_until(pilot, lambda: file.read_text(encoding="utf-8").startswith("# NER Flowchart"))


@pytest.mark.parametrize("name", ["~nobody-of-that-name/x.md", "x" * 300])
async def test_an_odd_path_is_told(make_app: MakeApp, name: str) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await pilot.press("e", "f")
        await wait_until(pilot, lambda: isinstance(app.screen, Ask))
        app.screen.query_one(Input).value = name
        await pilot.press("enter")
        await wait_until(pilot, lambda: "Not exported" in screen_text(app))


def told(app: NerTuiApp) -> list[str]:
    return [notification.message for notification in app._notifications]


async def test_a_pipe_and_a_link_are_written_into(make_app: MakeApp, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    file, link = tmp_path / "real.md", tmp_path / "link.md"
    link.symlink_to(file)
    app = make_app()
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        for name in (f"/dev/fd/{writer}", str(link)):
            await pilot.press("e", "f")
            await wait_until(pilot, lambda: isinstance(app.screen, Ask))
            app.screen.query_one(Input).value = name
            await pilot.press("enter")
            await wait_until(pilot, lambda name=name: f"Written to {name}" in told(app))
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8").startswith("# NER Flowchart")
    assert os.read(reader, 5) == b"# NER"
    os.close(reader)
    os.close(writer)
