"""A path as a Markdown report: what was asked, answered and measured, and how to repeat it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowchart.path import Path
from flowchart.report.markdown import code, literal, table
from flowchart.report.measured import curve_section, data_section, reproduce_section
from flowchart.report.steps import path_section, standing

__all__ = ["render"]


def render(
    path: Path,
    *,
    check: Mapping[str, Any] | None = None,
    curve: Mapping[str, Any] | None = None,
    remarks: Sequence[str] = (),
    provenance: bool = False,
    made: str = "",
) -> str:
    """Return the report as GitHub Markdown, in which text from data shows as itself.

    Args:
        path: The path.
        check: The result of a check; None when the data was not loaded.
        curve: The result of a train-curve; None when there is none.
        remarks: What a reader must know of these results, such as a file that changed since.
        provenance: Whether to say of each arrow on the path how it is known.
        made: When the report was made, in words; "" to leave it out.

    A result of another version may lack keys or hold others: what is there is shown, and nothing is raised.
    """
    chart = path.chart
    parts = [f"# {literal(chart.title)}: the path taken\n", standing(path)]
    if remarks:
        parts.append("".join(f"- Note: {literal(remark)}\n" for remark in remarks))
    parts += [
        path_section(path),
        data_section(check),
        curve_section(curve, check),
        reproduce_section(check, curve),
    ]
    if provenance:
        parts.append(_provenance(path))
    parts.append(_credit(path, made))
    return "\n".join(part for part in parts if part)


def _provenance(path: Path) -> str:
    rows = []
    for (source, answer), times in path.walked_edges().items():
        edge = path.chart.out(source)[answer]
        way = "" if answer.value == "next" else f" {answer.value.upper()}"
        names = (
            f"{literal(path.chart.nodes[source].text)}{way} → {literal(path.chart.nodes[edge.target].text)}"
        )
        rows.append((names, str(times), literal(", ".join(edge.basis)), literal(edge.provenance)))
    if not rows:
        return ""
    intro = "How each arrow taken is known, and why it is believed.\n\n"
    return "## Provenance\n\n" + intro + table(("arrow", "taken", "known", "why"), rows, "lrll")


def _credit(path: Path, made: str) -> str:
    chart = path.chart
    parts = [f"{literal(chart.title)}."]
    if chart.source_note:
        parts.append(literal(chart.source_note))
    parts.append(f"Chart file {code(chart.name)}, SHA-256 {code(chart.digest[:16])}.")
    if made:
        parts.append(f"Report by ner-tui, {literal(made)}.")
    return f"---\n\n{' '.join(parts)}\n"
