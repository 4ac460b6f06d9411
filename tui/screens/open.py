"""The dialog that opens a dataset: its files, and what is wrong with them before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flowchart.errors import UserError
from flowchart.files import Kind, kind, typed
from flowchart.walk import Walk
from tui.screens.dialogs import Ask

if TYPE_CHECKING:
    from tui.app import NerTuiApp

Files = tuple[list[Path], list[Path]]
"""Training files and evaluation files."""


async def ask_for_data(app: NerTuiApp, walk: Walk) -> Files | None:
    """Ask for files, filled in with those in view; None when somebody goes back."""
    lines = [
        ("Training data (several with commas)", ",".join(walk.session.data)),
        ("Evaluation data (empty: a part is split off)", ",".join(walk.session.eval)),
    ]
    ask = Ask(
        "Open a dataset",
        lines,
        check=lambda values: wrong_files(*values),
        files=(".jsonl", ".jsonl.gz"),
        hint="Right arrow completes a path.",
    )
    values = await app.push_screen_wait(ask)
    return None if values is None else (split_files(values[0]), split_files(values[1]))


def split_files(text: str) -> list[Path]:
    """Return the files of a line with commas.

    Raises:
        UserError: One of them begins with the home of nobody.
    """
    return [typed(part) for part in text.split(",") if part.strip()]


def wrong_files(data: str, evaluation: str) -> str:
    """What is wrong with the files named, in one line, or ""."""
    try:
        files = split_files(data)
        if not files:
            return "Name at least one file of training data."
        for file in [*files, *split_files(evaluation)]:
            match kind(file):
                case Kind.FOLDER:
                    return f"{file}: a folder, not a file"
                case Kind.NOTHING:
                    return f"{file}: no such file"
    except UserError as error:
        return str(error)
    return ""
