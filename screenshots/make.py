"""Write the screenshots of this folder: the real app, the demo data, a real training.

    .venv/bin/python screenshots/make.py            all of them
    .venv/bin/python screenshots/make.py main help  only those whose name begins so

Each picture is an SVG drawn by Textual itself; nothing is retouched.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tui.app import NerTuiApp

HERE = Path(__file__).resolve().parent
PATIENCE = 300.0
"""Seconds to wait for the training before giving up."""

Scene = Callable[["Pilot[None]"], Awaitable[None]]


async def wait_until(pilot: Pilot[None], done: Callable[[], bool]) -> None:
    """Let the app run until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not done():
            await pilot.pause(0.2)
    await pilot.pause()


def press(*keys: str) -> Scene:
    """A scene that is a few keys away."""

    async def scene(pilot: Pilot[None]) -> None:
        await pilot.press(*keys)
        await pilot.pause(0.3)

    return scene


SCENES: dict[str, tuple[tuple[int, int], Scene]] = {
    "main": ((160, 50), press("y", "n", "n", "y", "y", "y", "y", "n", "y", "y")),
    "question": ((80, 24), press("y", "n", "n", "y", "y", "y", "y", "n", "2")),
    "tree": ((80, 24), press("y", "n", "1")),
    "curve": ((80, 24), press("3", "v")),
    "data": ((80, 24), press("3")),
    "medium": ((100, 30), press("y", "y", "2")),
    "findings": ((120, 36), press("f", "down", "tab")),
    "help": ((100, 40), press("question_mark")),
    "measured": ((100, 40), press("y", "2")),
    "details": ((100, 36), press(*"yyny", *"yyyy", "n", "/", *"consistent", "enter", "d")),
}
"""The name of each picture, the size of its terminal, and the keys that lead to it from a fresh start."""


def app_in(workspace_folder: Path) -> NerTuiApp:
    """The app on the demo data."""
    from flowchart import demo
    from flowchart.walk import Walk
    from flowchart.workspace import Workspace
    from tui.app import NerTuiApp
    from tui.options import Options

    workspace = Workspace(workspace_folder)
    train, evaluation = (
        Path(shutil.copy2(file, workspace_folder.parent / file.name)) for file in demo.files()
    )
    options = Options(workspace=workspace, data=(train,), eval=(evaluation,))
    return NerTuiApp(options, Walk(workspace))


def measured(app: NerTuiApp) -> bool:
    """Whether all questions have been measured."""
    return not app.main.measuring and "models" in app.main.facts.measured


async def train(workspace: Path) -> None:
    """Train the demo's learning curve, as somebody would: t, enter, wait."""
    app = app_in(workspace)
    async with app.run_test(size=(160, 50)) as pilot:
        await wait_until(pilot, lambda: app.main.metrics.data_view.loaded and measured(app))
        await pilot.press("t")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.main.metrics.curve_view.finished)


async def take(workspace: Path, name: str, size: tuple[int, int], scene: Scene) -> None:
    """Take one picture."""
    (workspace / "session.json").unlink(missing_ok=True)
    app = app_in(workspace)
    async with app.run_test(size=size) as pilot:
        await wait_until(
            pilot,
            lambda: (
                app.main.metrics.data_view.loaded and app.main.metrics.curve_view.finished and measured(app)
            ),
        )
        await scene(pilot)
        picture: Any = app.export_screenshot(title="ner-tui demo")
        (HERE / f"{name}.svg").write_text(picture, encoding="utf-8")
        sys.stderr.write(f"{name}.svg\n")


async def main(wanted: list[str]) -> None:
    """Take the pictures whose names begin with one of the words; all without words."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder  # nobody's own theme in the pictures
        workspace = Path(folder) / "repair-notes" / ".ner-tui"
        workspace.parent.mkdir()
        os.chdir(workspace.parent)
        await train(workspace)
        for name, (size, scene) in SCENES.items():
            if not wanted or name.startswith(tuple(wanted)):
                await take(workspace, name, size, scene)


if __name__ == "__main__":
    from tui import terminal

    terminal.prepare()
    asyncio.run(main(sys.argv[1:]))
