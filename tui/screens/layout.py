"""How the panes are arranged at a size of the terminal."""

from __future__ import annotations

from enum import Enum, auto


class Layout(Enum):
    """An arrangement of the three panes."""

    COLUMNS = auto()
    """The tree on the left, question and metrics on the right."""

    SINGLE = auto()
    """One pane at a time, with a line of tabs: three panes in 80x24 would be three squeezed ones."""

    TOO_SMALL = auto()
    """Nothing but a message that asks for more room."""


SMALLEST = (60, 15)
COLUMNS_FROM = (100, 28)


def choose_layout(width: int, height: int) -> Layout:
    """Return the arrangement for a terminal of `width` by `height` cells."""
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return Layout.TOO_SMALL
    if width < COLUMNS_FROM[0] or height < COLUMNS_FROM[1]:
        return Layout.SINGLE
    return Layout.COLUMNS
