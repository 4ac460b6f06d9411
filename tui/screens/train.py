"""The dialog before a training: how many points, how often each, and the F that would be good enough."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from flowchart.errors import UserError
from flowchart.evidence import Facts
from flowchart.graph import Node
from flowchart.training.settings import MOST_REPEATS, MOST_SAMPLES
from flowchart.walk import Walk
from tui.screens.dialogs import Ask

if TYPE_CHECKING:
    from tui.app import NerTuiApp


class Answers(NamedTuple):
    """What somebody asks for: the arguments of `Walk.new_curve`."""

    n_samples: int
    repeats: int
    target: float
    base_model: str = ""
    overrides: Mapping[str, str] = MappingProxyType({})


async def ask_for_curve(app: NerTuiApp, walk: Walk, node: Node, facts: Facts) -> Answers | None:
    """Ask what to train; None when somebody goes back.

    It is filled in with what was trained last, and with what the box shown needs: the pipeline that its lane
    trains further, or other hyperparameters where it asks whether they help.

    Args:
        app: The app.
        walk: The walk.
        node: The box shown.
        facts: What is known about the data.
    """
    from flowchart.curves import TRIED
    from flowchart.evidence import measure
    from flowchart.pipelines import chosen_pipeline

    session = walk.session
    base = chosen_pipeline(facts.measured.get("models")) if node.updates else ""
    evidence = measure(node, facts)
    tuning = evidence is not None and evidence.needs == "tuning"
    tried = " ".join(f"{name}={value}" for name, value in TRIED[0].items()) if tuning else ""
    lines = [
        ("Points: 4 are 25, 50, 75 and 100% of the texts", "1" if tuning else str(session.n_samples)),
        ("Trainings a point, each with another seed", str(session.repeats)),
        (
            "Target F in percent (empty: none)",
            f"{100 * session.target:g}" * bool(session.target),
        ),
        ("Pipeline to train further (empty: a blank model)", base),
        ("Other settings, as training.dropout=0.1 (empty: none)", tried),
    ]
    ask = Ask(
        "Train the learning curve",
        lines,
        check=lambda given: wrong_answers(*given),
    )
    values = await app.push_screen_wait(ask)
    return None if values is None else read_answers(*values)


def wrong_answers(points: str, repeats: str, target: str, base_model: str = "", overrides: str = "") -> str:
    """What is wrong with the answers, in one line, or ""."""
    for text, most, what in ((points, MOST_SAMPLES, "points"), (repeats, MOST_REPEATS, "trainings a point")):
        if not (text.strip().isdecimal() and 1 <= int(text) <= most):
            return f"The number of {what} is a whole number from 1 to {most}."
    try:
        read_answers(points, repeats, target, base_model, overrides)
    except UserError as error:
        return str(error)
    return ""


def read_answers(
    points: str, repeats: str, target: str, base_model: str = "", overrides: str = ""
) -> Answers:
    """Return the lines as what they mean.

    Raises:
        UserError: The target or a setting means nothing.
    """
    from flowchart.pipelines import name_or_folder

    settings = {}
    for part in overrides.split():
        name, equals, value = part.removeprefix("--").partition("=")
        if not equals or not value or "." not in name:
            raise UserError(f"{part}: settings are given as training.dropout=0.1, with spaces between.")
        settings[name] = value
    return Answers(int(points), int(repeats), read_target(target), name_or_folder(base_model), settings)


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
    return round(percent / 100 if percent > 1 else percent, 6)  # 0.85 is meant as 85, as in --target
