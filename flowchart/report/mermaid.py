"""The path as a Mermaid flowchart: each box once, each arrow with the steps that took it."""

from __future__ import annotations

import re

from flowchart.graph import Answer, Kind, Node
from flowchart.path import Path
from flowchart.text import one_line

SHAPES: dict[Kind, tuple[str, str]] = {
    Kind.START: ("([", "])"),
    Kind.DECISION: ("{", "}"),
    Kind.RECIPE: ("[[", "]]"),
    Kind.CONNECTOR: ("[/", "/]"),
    Kind.ENTRY: ("[/", "/]"),
    Kind.OUTCOME: ("([", "])"),
}
"""What stands around a box's text; a rectangle for the others."""

WIDEST = 100
"""Cells of a box's text."""

_NAMED_STEPS = 4


def diagram(path: Path) -> str:
    """Return Mermaid's source; its ids are this module's own, so that no id of a chart can break it."""
    ids: dict[str, str] = {}
    lines = ["flowchart TD"]

    def box(node: Node) -> str:
        if node.id not in ids:
            ids[node.id] = f"n{len(ids)}"
            before, after = SHAPES.get(node.kind, ("[", "]"))
            lines.append(f'    {ids[node.id]}{before}"{label(node.text)}"{after}')
        return ids[node.id]

    taken: dict[tuple[str, Answer], list[int]] = {}
    for number, step in enumerate(path.steps, 1):
        taken.setdefault((step.node, step.answer), []).append(number)
    arrows = []
    for (source, answer), steps in taken.items():
        target = path.chart.nodes[path.chart.out(source)[answer].target]
        said = "" if answer is Answer.NEXT else f"{answer.value.upper()}, "
        arrows.append(f'    {box(path.chart.nodes[source])} -->|"{said}{_steps(steps)}"| {box(target)}')
    lines.append(f"    class {box(path.current)} here")
    return "\n".join([*lines, *arrows, "    classDef here stroke-width:4px"])


def label(text: str) -> str:
    """Return text that Mermaid shows as itself: what could be syntax is given by its number."""
    line = one_line(text, WIDEST).strip() or " "
    line = re.sub(r"[^\w ,.?!:'()/+%…-]|_|:(?=\S)|%(?=%)|(?<=%)%", lambda found: f"#{ord(found[0])};", line)
    return re.sub(r"^(\d+)\.", r"\1#46;", line)  # a list's number is refused


def _steps(steps: list[int]) -> str:
    named = ", ".join(map(str, steps[:_NAMED_STEPS]))
    more = f" and {len(steps) - _NAMED_STEPS} more" if len(steps) > _NAMED_STEPS else ""
    return f"step{'s' if len(steps) > 1 else ''} {named}{more}"
