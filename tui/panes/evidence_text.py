"""What was measured about a question, as the question pane shows it."""

from __future__ import annotations

from textual.content import Content

from flowchart.evidence import MEASURES, NEEDS, Evidence, as_record
from flowchart.evidence.facts import Table, alignment, numbers
from flowchart.graph import Node
from flowchart.text import counted, one_line, pad, printable

MOST_LINES = 12
"""Lines of a table in the pane; the rest is on a screen of its own."""

WIDEST = 28
"""Cells of a column where not all have the room that they want."""

NARROWEST = 8
"""Cells that the first and the last column keep."""

STYLES = {"YES": "bold $text-success", "NO": "bold $text-error"}

KEYS = {
    "model": "m names one: an installed package or a folder.",
    "target": "m says it.",
    "training": "t trains one.",
    "updating": "t trains one.",
    "tuning": "t trains one.",
}
"""How each need of `flowchart.evidence.NEEDS` is met from here."""


def evidence_content(evidence: Evidence, *, in_hand: bool, cells: int = 0) -> Content:
    """What was measured, what it suggests, and how to take it; the answer is the person's."""
    suggestion = evidence.suggestion
    parts = [
        Content.assemble(
            "It suggests ",
            (suggestion, STYLES.get(suggestion, "bold $text-warning")),
            ("  enter takes it, y and n decide otherwise", "$foreground-muted")
            if in_hand and suggestion in STYLES
            else "",
        ),
        Content(printable(evidence.reason)),
    ]
    if line := numbers(as_record(evidence)):
        parts.append(Content.styled(line, "$foreground-muted"))
    if evidence.needs:
        parts.append(Content(f"It takes {NEEDS[evidence.needs]}. {KEYS[evidence.needs]}"))
    if evidence.table is not None and evidence.table[1]:
        parts.append(table_content(evidence.table, MOST_LINES, cells))
        more = len(evidence.table[1]) - MOST_LINES
        if more > 0 or evidence.rows:
            what = (
                f"{counted(more, 'more line')} and the rows behind them" if more > 0 else "the rows behind it"
            )
            parts.append(Content.styled(f"d opens {what}", "$foreground-muted"))
    if evidence.advice:
        parts.append(Content(printable(evidence.advice)))
    return Content("\n").join(parts)


def table_content(table: Table, most: int, cells: int = 0) -> Content:
    """A table of aligned columns; the first and the last give way where the pane is narrow."""
    header, rows = table
    lines = [header, *rows[:most]]
    count = len(header)
    widths = [max(Content(one_line(line[column])).cell_length for line in lines) for column in range(count)]
    room = cells - 2 * (count - 1)
    if cells and sum(widths) > room:
        widths = [min(width, WIDEST) for width in widths]
        widths[0] = max(widths[0] - max(sum(widths) - room, 0), NARROWEST)
        widths[-1] = max(room - sum(widths[:-1]), NARROWEST)
    align = alignment(table)
    drawn = []
    for number, line in enumerate(lines):
        text = "  ".join(
            pad(cell, widths[column], right=align[column] == "r") for column, cell in enumerate(line)
        ).rstrip()
        drawn.append(Content.styled(text, "$text-secondary") if number == 0 else Content(text))
    return Content("\n").join(drawn)


def nothing_yet(node: Node, measuring: str, *, data: bool) -> Content:
    """Why a question that is measured from the data has no evidence yet."""
    if node.measure not in MEASURES:
        return Content("")
    if measuring:
        return Content.styled(f"Measuring: {printable(measuring)}", "$text-warning")
    if not data:
        return Content.styled("o opens a dataset, and this is measured from it.", "$foreground-muted")
    return Content.styled("Not measured yet; m measures it.", "$foreground-muted")
