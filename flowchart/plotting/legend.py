"""What the signs of a curve's picture mean, in the lines above it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from flowchart.text import one_line

_GAP = "   "


def legend(items: Sequence[tuple[str, str, str]], width: int, lines: int) -> list[str]:
    """Return the legend on as few lines as do.

    Args:
        items: Sign, meaning and, for where there is no room, the meaning in fewer letters; the most needed
            first.
        width: The cells of a line.
        lines: The most lines.

    Returns:
        At least one line, each of at most `width` cells. Items that do not fit even in short are left out.
    """
    for wanted in range(1, lines + 1):
        for short in (False, True):
            laid = _lay([f"{sign} {brief if short else meaning}" for sign, meaning, brief in items], width)
            if len(laid) <= wanted:
                return laid
    return laid[:lines]


def _lay(entries: Sequence[str], width: int) -> list[str]:
    """Put entries on lines, one after the other."""
    laid = [""]
    for entry in entries:
        text = one_line(entry, width)
        longer = f"{laid[-1]}{_GAP}{text}" if laid[-1] else text
        if cell_len(longer) <= width:
            laid[-1] = longer
        else:
            laid.append(text)
    return laid
