"""Tables and headings of plain text: aligned, printable, no colours."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from rich.cells import cell_len

from flowchart.text import one_line, pad

WIDEST = 40
"""The most cells that one column takes, the last one excepted."""


def width() -> int:
    """Return how many cells a line of output may have: the terminal's, or 100 in a file."""
    columns = shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100
    return min(max(columns, 40), 120)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """Return a table with two spaces between columns.

    Args:
        header: The columns' names.
        rows: The cells, any text.
        align: One letter a column: "l", or "r" for numbers. The last column, when "l", is never cut.

    Returns:
        Lines, each ended by a newline; empty when there are no rows.
    """
    if not rows:
        return ""
    lines = [header, *rows]
    last = len(header) - 1
    cells = []
    for column in range(len(header)):
        longest = max(cell_len(one_line(line[column])) for line in lines)
        cells.append(longest if column == last else min(longest, WIDEST))
    return "".join(
        "  ".join(
            pad(text, cells[column], right=align[column] == "r") for column, text in enumerate(line)
        ).rstrip()
        + "\n"
        for line in lines
    )


def title(text: str) -> str:
    """Return the first line of an output, with a double rule below."""
    line = one_line(text)
    return f"{line}\n{'=' * cell_len(line)}\n"


def heading(text: str) -> str:
    """Return a heading with a rule below and an empty line above."""
    line = one_line(text)
    return f"\n{line}\n{'-' * cell_len(line)}\n"


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Return text on lines that fit, each with an indent, the first perhaps with another."""
    from textwrap import fill

    start = indent if first is None else first
    return fill(one_line(text), width(), initial_indent=start, subsequent_indent=indent) + "\n"


def number(value: object) -> str:
    """Return a count with commas; "-" for what is no number."""
    return f"{value:,}" if isinstance(value, int) else "-"


def score(value: object, sign: str = "") -> str:
    """Return a score from 0 to 1 with three digits, or "-"."""
    return f"{value:{sign}.3f}" if isinstance(value, (int, float)) else "-"
