"""The dialog before a training: how many points, how often each, and the F that would be good enough."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flowchart.errors import UserError
from flowchart.training.settings import MOST_REPEATS, MOST_SAMPLES
from flowchart.walk import Walk
from tui.screens.dialogs import Ask

if TYPE_CHECKING:
    from tui.app import NerTuiApp

Answers = tuple[int, int, float]
"""The number of points, of trainings a point, and the F wanted, 0 to 1 (0 for none)."""


async def ask_for_curve(app: NerTuiApp, walk: Walk) -> Answers | None:
    """Ask what to train, filled in with what was trained last; None when somebody goes back."""
    session = walk.session
    lines = [
        ("Points: 4 are 25, 50, 75 and 100% of the texts", str(session.n_samples)),
        ("Trainings a point, each with another seed", str(session.repeats)),
        (
            "Target F in percent (empty: none)",
            f"{100 * session.target:g}" * bool(session.target),
        ),
    ]
    ask = Ask(
        "Train the learning curve",
        lines,
        check=lambda given: wrong_answers(*given),
        hint="Every other setting: ner-tui train-curve --help",
    )
    values = await app.push_screen_wait(ask)
    return None if values is None else read_answers(*values)


def wrong_answers(points: str, repeats: str, target: str) -> str:
    """What is wrong with the answers, in one line, or ""."""
    for text, most, what in ((points, MOST_SAMPLES, "points"), (repeats, MOST_REPEATS, "trainings a point")):
        if not (text.strip().isdecimal() and 1 <= int(text) <= most):
            return f"The number of {what} is a whole number from 1 to {most}."
    try:
        read_target(target)
    except UserError as error:
        return str(error)
    return ""


def read_answers(points: str, repeats: str, target: str) -> Answers:
    """Return answers that nothing is wrong with as numbers."""
    return int(points), int(repeats), read_target(target)


def read_target(text: str) -> float:
    """Return an F in percent as a share, 0 for an empty line.

    Raises:
        UserError: It is no such thing.
    """
    if not text.strip():
        return 0.0
    try:
        percent = float(text.strip().removesuffix("%").replace(",", "."))
    except ValueError:
        percent = math.nan
    if not 0 < percent <= 100:
        raise UserError("The target is an F in percent, above 0 and up to 100, or empty.")
    return round(percent / 100, 6)
