"""Exporting from the app: no file is lost to a key pressed twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.conftest import screen_text, wait_until
from tui.app import NerTuiApp
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
