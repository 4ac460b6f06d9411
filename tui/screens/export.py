"""Exporting the path as Markdown: to a file, asking before anything is overwritten, or to the clipboard."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowchart.errors import UserError
from flowchart.files import Kind, kind, typed
from flowchart.walk import Walk
from flowchart.workspace import write_named
from tui.screens.dialogs import Ask, Choice

if TYPE_CHECKING:
    from textual.app import App

DEFAULT_NAME = "ner-flowchart-report.md"


def target(text: str) -> tuple[Path, bool]:
    """Return the file that was typed, and whether it is there; in a folder it gets the default name.

    Raises:
        UserError: It cannot be looked at.
    """
    file = typed(text)
    if kind(file) is Kind.FOLDER:
        file /= DEFAULT_NAME
    return file, kind(file) is Kind.FILE


async def export(app: App[Any], walk: Walk) -> None:
    """Ask where to, and export; what went wrong is said and nothing is lost."""
    answers = [
        ("f", "To a file"),
        ("c", "To the terminal's clipboard"),
        ("p", "To a file, with the arrows' provenance"),
    ]
    where = await app.push_screen_wait(Choice("Export the path as Markdown", answers))
    if not where:
        return
    try:
        report = await asyncio.to_thread(walk.report, provenance=where == "p")
        if where == "c":
            app.copy_to_clipboard(report)
            sent = f"Sent {len(report):,} characters to the terminal's clipboard."
            app.notify(f"{sent} If nothing arrived, it does not take OSC 52: export to a file.", markup=False)
        else:
            await _to_file(app, report)
    except UserError as error:
        app.notify(str(error), title="Not exported", severity="error", markup=False)


async def _to_file(app: App[Any], report: str) -> None:
    lines = [("File", str(Path.cwd() / DEFAULT_NAME))]
    values = await app.push_screen_wait(Ask("Export to a file", lines, files=(".md",)))
    if values is None or not values[0].strip():
        return
    file, taken = await asyncio.to_thread(target, values[0])
    if taken:
        # Leaving it comes first: enter has just taken the name, and a second one must not cost a file.
        overwrite = Choice(f"{file} is there already.", [("n", "Leave it as it is"), ("y", "Overwrite it")])
        if await app.push_screen_wait(overwrite) != "y":
            app.notify("Not exported; the file is as it was.", markup=False)
            return
    await asyncio.to_thread(write_named, file, report)
    app.notify(f"Written to {file}", markup=False)
