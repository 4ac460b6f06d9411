"""A learning curve as text, drawn by plotext: points, intervals, fits, forecast, target, another curve."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flowchart.plotting.picture import PLAIN, UNICODE, Scene, picture
from flowchart.plotting.series import read
from flowchart.text import one_line

SMALLEST = (20, 6)
"""Width and height in cells below which there is no picture, only a line of text."""

_SGR = re.compile(r"\x1b\[[0-9;]*m")

_ASCII = str.maketrans("┌┐└┘┬┴┼├┤─│╷╵●○", "++++++++|-|||*o")


def draw(
    points: Sequence[Mapping[str, Any]],
    width: int,
    height: int,
    *,
    ascii_only: bool = False,
    label: str | None = None,
    colour: bool = False,
) -> str:
    """Return the points of a curve as text: `draw_result` of a result that has nothing else."""
    return draw_result({"points": points}, width, height, ascii_only=ascii_only, label=label, colour=colour)


def draw_result(
    curve: Mapping[str, Any],
    width: int,
    height: int,
    *,
    ascii_only: bool = False,
    label: str | None = None,
    colour: bool = False,
    percent: bool = False,
    other: Mapping[str, Any] | None = None,
    other_name: str = "another run",
) -> str:
    """Return a learning curve as text. Whatever is in it, this never raises.

    Args:
        curve: A train-curve result, or as much as there is of one: `points`, `trainings`, `forecast`,
            `target`; scores from 0 to 1. Points without a finite score are left out. Of several points with
            the same `docs` each is drawn, and the line goes through their mean.
        width: The width in cells.
        height: The height in lines.
        ascii_only: Whether to draw with ASCII characters alone.
        label: A label to draw the F of; the F of all labels together is then a thin second line.
        colour: Whether to add ANSI colour codes (the terminal's own 16 colours).
        percent: Whether to write F as 74.7 instead of 0.747.
        other: Another result, whose points are laid over the curve.
        other_name: What the other one is called.

    Returns:
        Exactly `height` lines, each of at most `width` cells.
    """
    width, height = max(int(width), 0), max(int(height), 0)
    scene = Scene(
        read(curve, label),
        read(curve).marks if label is not None and other is None else (),
        read(other, label).marks if other is not None else (),
        PLAIN if ascii_only else UNICODE,
        percent,
        label,
        other_name,
    )
    lines = [_summary(scene)]
    if scene.series.marks and width >= SMALLEST[0] and height >= SMALLEST[1]:
        with suppress(
            Exception
        ):  # plotext gives up on odd sizes in many ways; a plot is not worth the screen
            lines = picture(scene, width, height)
    if len(lines) == 1:
        lines = [one_line(lines[0], width)]
    if ascii_only:
        lines = [_to_ascii(line) for line in lines]
    if not colour:
        lines = [_SGR.sub("", line) for line in lines]
    return "\n".join([*lines, *[""] * height][:height])


def _summary(scene: Scene) -> str:
    """The curve in a line, where there is no picture."""
    marks = scene.series.marks
    if marks:
        return f"F {scene.number(marks[-1].score)} at {marks[-1].docs:,.0f} texts"
    return "no score to draw yet" if scene.label is None else f"no score of {scene.label} to draw yet"


def _to_ascii(line: str) -> str:
    """Give every character that is not ASCII a stand-in of the same width in cells."""
    from rich.cells import cell_len

    line = line.translate(_ASCII).replace("…", "~")
    return "".join(c if c.isascii() else "?" * cell_len(c) for c in line)
