"""The dialog that says what the questions are measured with: patterns, pipelines, labels, the target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flowchart.errors import UserError
from flowchart.files import Kind, kind, typed
from flowchart.walk import Walk
from tui.screens.dialogs import Ask

if TYPE_CHECKING:
    from tui.app import NerTuiApp


class Means(NamedTuple):
    """What somebody gave."""

    patterns: str
    models: list[str]
    label_map: dict[str, str]
    out_of_fold: bool
    target: float


async def ask_for_means(app: NerTuiApp, walk: Walk) -> Means | None:
    """Ask what to measure with, filled in with what was said last; None when somebody goes back."""
    from flowchart.label_map import written

    session = walk.session
    lines = [
        ("Patterns JSONL (empty: made of your annotations)", session.patterns),
        ("Pipelines, with commas (empty: all that are installed)", ",".join(session.models)),
        ("Their labels in yours, as PERSON=PER,GPE=LOC (empty: guessed)", written(session.label_map)),
        ("Train on each half to find slips: yes, or empty", "yes" * session.out_of_fold),
        ("Target F in percent (empty: none)", f"{100 * session.target:g}" * bool(session.target)),
    ]
    ask = Ask(
        "Measure with",
        lines,
        check=wrong_means,
    )
    values = await app.push_screen_wait(ask)
    return None if values is None else read_means(values)


def wrong_means(values: list[str]) -> str:
    """What is wrong with the lines, in one line, or ""."""
    from importlib.util import find_spec

    try:
        means = read_means(values)
        if means.patterns and (found := kind(Path(means.patterns))) is not Kind.FILE:
            what = {Kind.FOLDER: "a folder, not a file", Kind.NOTHING: "no such file"}
            return f"{means.patterns}: {what.get(found, 'no regular file')}"
        if means.patterns and not Path(means.patterns).stat().st_size:
            return f"{means.patterns}: is empty"
        for name in means.models:
            if kind(Path(name)) is not Kind.FOLDER and not (name.isidentifier() and find_spec(name)):
                return f"{name}: no package that is installed here, and no folder"
    except UserError as error:
        return str(error)
    return ""


def read_means(values: list[str]) -> Means:
    """Return the lines as what they mean.

    Raises:
        UserError: A line means nothing.
    """
    from flowchart.label_map import parse
    from flowchart.pipelines import name_or_folder
    from tui.screens.train import read_target

    patterns, models, labels, halves, target = (value.strip() for value in values)
    if halves.lower() not in ("", "y", "yes", "n", "no"):
        raise UserError("Whether to train on each half is yes, or empty.")
    return Means(
        str(typed(patterns)) if patterns else "",
        [name_or_folder(name) for name in models.split(",") if name.strip()],
        parse(labels) if labels else {},
        halves.lower() in ("y", "yes"),
        read_target(target),
    )
