"""The app in a workspace of its own, and a small dataset to open in it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tui import terminal

terminal.prepare()  # as the command does, before Textual reads its environment

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tui.app import NerTuiApp

NAMES = ["Velmara", "Quorix", "Tandu", "Ostrel", "Brivane", "Kelso", "Marrow", "Pintar"]
PLACES = ["Northgate", "Lowfield", "Harrowby", "Eastmoor"]


def rows(count: int, *, first: int = 0) -> list[dict[str, Any]]:
    """Prodigy tasks with two labels, each text once."""
    made = []
    for number in range(first, first + count):
        name, place = NAMES[number % len(NAMES)], PLACES[number % len(PLACES)]
        text = f"Order {number}: {name} sent a box to {place} on day {number}."
        spans = [
            {"start": text.index(word), "end": text.index(word) + len(word), "label": label}
            for word, label in ((name, "SENDER"), (place, "PLACE"))
        ]
        made.append({"text": text, "spans": spans, "answer": "accept"})
    return made


def write_rows(file: Path, tasks: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(task) + "\n" for task in tasks), encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the settings of whoever runs it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert os.environ["TEXTUAL_ANIMATIONS"] == "none"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "small.jsonl", rows(60))


@pytest.fixture
def make_app(workspace: Path) -> Callable[..., NerTuiApp]:
    """Return a function that starts the app anew in the same workspace, as somebody coming back would."""

    def make(*data: Path, **settings: Any) -> NerTuiApp:
        from flowchart.walk import Walk
        from flowchart.workspace import Workspace
        from tui.app import NerTuiApp
        from tui.options import Options

        place = Workspace(workspace)
        options = Options(workspace=place, data=tuple(data), **{"measure": False, **settings})
        return NerTuiApp(options, Walk(place, options.flowchart))

    return make


async def wait_until(pilot: Pilot[None], done: Callable[[], bool], seconds: float = 60) -> None:
    """Let the app run until something is so."""
    async with asyncio.timeout(seconds):
        while not done():
            await pilot.pause(0.05)
    await pilot.pause()


def screen_text(app: NerTuiApp) -> str:
    """What stands on the screen, line by line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip)[:width] for strip in strips[:height])
