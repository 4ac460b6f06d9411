"""What stands below a curve's plot: numbers, labels, verdict, forecast, and another run's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from textual.content import Content

from flowchart.comparison import UNPAIRED, differences, obstacle, remarks
from flowchart.doubt_text import flattery_line
from flowchart.forecast_text import forecast_lines
from flowchart.support import FEW, FEW_MARK, too_few
from flowchart.text import one_line, pad, printable

Record = Mapping[str, Any]
Cell = tuple[str, str]
"""A text and its style."""


def points_table(points: Sequence[Record], width: int) -> Content:
    """F with its interval, P, R and the change to the point before, one line a point.

    Of points trained more than once also how often (n), and the standard deviation of F over the trainings.
    """
    repeated = any((point.get("repeats") or 1) > 1 for point in points)
    over = ["n", "sd"] if repeated else []
    head = ["%", "texts", "F", "95% interval", *over, "P", "R", "change"]
    rows: list[list[Cell]] = []
    before: object = None
    for point in points:
        score = point.get("ents_f")
        more = [(str(point.get("repeats", 1)), ""), (percent(point.get("ents_f_sd")), "")] if repeated else []
        rows.append(
            [
                (f"{100 * float(point['fraction']):.0f}", ""),
                (f"{point.get('docs', 0):,}", ""),
                (percent(score), "bold"),
                (interval(point.get("ents_f_low"), point.get("ents_f_high")), ""),
                *more,
                *((percent(point.get(key)), "") for key in ("ents_p", "ents_r")),
                _change(score, before),
            ]
        )
        before = score
    return table(head, rows, width)


def labels_table(points: Sequence[Record], width: int) -> Content:
    """F of each label at each point for which there is room, its interval at the last, and its support."""
    last: Mapping[str, Record] = points[-1].get("ents_per_type") or {}
    taken = len("label") + len("support ") + len("95% interval") + 2 * 2
    room = max((width - max(taken, 32)) // 6, 1)
    shown = points[-room:]
    head = ["Label", "support ", *(f"{100 * float(point['fraction']):.0f}%" for point in shown)]
    rows = []
    longest = max(width - 24 - 6 * len(shown), 8)
    for label, scores in last.items():
        few = too_few(scores)
        support = f"{scores.get('support', 0):,}{FEW_MARK if few else ' '}"
        each = [(point.get("ents_per_type") or {}).get(label) or {} for point in shown]
        rows.append(
            [
                (one_line(str(label), longest), ""),
                (support, "$text-warning" if few else ""),
                *((percent(record.get("f")), "") for record in each),
                (interval(scores.get("f_low"), scores.get("f_high")), ""),
            ]
        )
    text = table([*head, "95% interval"], rows, width, left=1)
    if any(map(too_few, last.values())):
        text += Content.styled(f"\n{FEW_MARK} {FEW}", "$foreground-muted")
    return text


def flattery_block(curve: Record) -> Content:
    """By how much choosing the best evaluation flatters F; empty where it does not."""
    return Content.styled(flattery_line(curve), "$text-warning")


def verdict_line(verdict: Record) -> Content:
    """The chart's question about the last step, with what the numbers say."""
    answer = str(verdict.get("answer", ""))
    style = {"YES": "bold $text-success", "NO": "bold $text-error"}.get(answer, "bold $text-warning")
    question = printable(str(verdict.get("question", "")))
    return Content.assemble(
        f"{question}  ", (one_line(answer), style), f"\n{printable(str(verdict.get('reason', '')))}"
    )


def forecast_block(curve: Record) -> Content:
    """What more annotations would bring; empty when nothing was said about it."""
    lines = forecast_lines(curve, percent=True)
    if not lines:
        return Content("")
    return Content.assemble(("Forecast  ", "bold $text-secondary"), "\n  ".join(lines))


def comparison_block(curve: Record, other: Record, name: str, width: int, mark: str) -> Content:
    """Another run's numbers, and how far the two are apart where their scores may be compared."""
    points = other.get("points")
    parts = [Content.styled(f"{mark} {one_line(name, max(width - 2, 8))}", "bold $text-secondary")]
    parts.append(points_table(points if isinstance(points, list) else [], width))
    why_not = obstacle(curve, other)
    found = differences(curve, other)
    if why_not:
        parts.append(Content.styled(why_not, "bold $text-warning"))
    elif not found:
        parts.append(Content("The two have no share of the texts in common."))
    else:
        parts.append(
            table(
                ["%", "texts", "its texts", "F", "its F", "difference", "95% interval"],
                [
                    [
                        (f"{100 * difference.fraction:.0f}", ""),
                        *((f"{docs:,.0f}", "") for docs in difference.docs),
                        *((percent(score), "") for score in difference.scores),
                        (f"{100 * difference.change:+.1f}", "bold"),
                        (interval(difference.low, difference.high, "+"), ""),
                    ]
                    for difference in found
                ],
                width,
            )
        )
        parts += [Content.styled(line, "$foreground-muted") for line in (UNPAIRED, *remarks(curve, other))]
    return Content("\n").join(parts)


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]], width: int, *, left: int = 0) -> Content:
    """Return lines of cells in columns, two spaces apart where there is room, else one.

    Args:
        head: The columns' names.
        rows: The cells.
        width: The cells of a line.
        left: How many columns stand to the left of theirs; numbers stand to the right.
    """
    lines: list[Sequence[Cell]] = [[(name, "bold $text-secondary") for name in head], *rows]
    widths = [max(cell_len(one_line(line[column][0])) for line in lines) for column in range(len(head))]
    gap = "  " if sum(widths) + 2 * (len(head) - 1) <= width else " "
    return Content("\n").join(
        Content(gap).join(
            Content.styled(pad(text, widths[column], right=column >= left), style)
            for column, (text, style) in enumerate(line)
        )
        for line in lines
    )


def percent(value: object, sign: str = "") -> str:
    """A score of 0 to 1 in percent with one decimal; a dash where there is none."""
    return f"{100 * value:{sign}.1f}" if isinstance(value, (int, float)) else "-"


def interval(low: object, high: object, sign: str = "") -> str:
    """An interval of scores of 0 to 1, in percent; a dash where there is none."""
    return "-" if low is None or high is None else f"[{percent(low, sign)}, {percent(high, sign)}]"


def _change(score: object, before: object) -> Cell:
    if not isinstance(score, (int, float)) or not isinstance(before, (int, float)):
        return "", ""
    change = f"{100 * (score - before):+.1f}"
    return change, "$text-success" if change.startswith("+") else "$text-error"
