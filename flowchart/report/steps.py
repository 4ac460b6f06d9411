"""The path in the report: where it stands, its diagram, its steps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from flowchart.evidence.facts import alignment, numbers
from flowchart.path import Path, Step
from flowchart.report.markdown import code, fence, literal, quote, table
from flowchart.report.mermaid import diagram
from flowchart.text import counted

MOST_LINES = 8
"""Lines of the table of what was measured."""

_FEW = {2: "second", 3: "third"}


def standing(path: Path) -> str:
    """Return where the path stands, and what that means."""
    box = path.current
    end = "The path ends at" if path.finished else "The path stands at"
    text = f"{end} **{literal(box.text)}** after {counted(len(path.steps), 'step')}.\n"
    if box.meaning:
        text += f"\n{literal(box.meaning)}\n"
    if path.pending_note:
        text += f"\n{quote(path.pending_note)}"
    return text


def path_section(path: Path) -> str:
    """Return the diagram and the steps, with what was answered, noted and measured."""
    if not path.steps:
        return ""
    text = f"## Path\n\n{fence(diagram(path), 'mermaid')}\n"
    rounds: Counter[str] = Counter()
    for number, step in enumerate(path.steps, 1):
        rounds[step.node] += 1
        text += _step(path, number, step, rounds[step.node])
    return text


def _step(path: Path, number: int, step: Step, round_: int) -> str:
    """One step as an item of a list; its number is written out, so that it stays when rendered."""
    node = path.chart.nodes[step.node]
    answer = "" if step.answer.value == "next" else f" **{step.answer.value.upper()}**"
    lane = path.chart.lanes.get(node.lane)
    asides = [literal(lane.title)] if lane else []
    if round_ > 1:
        asides.append(f"{_FEW.get(round_, f'{round_}th')} round")
    if step.time:
        asides.append(literal(step.time.replace("T", " ").replace("+00:00", " UTC")))
    lines = f"{number}. {literal(step.text or node.text)}{answer}\n"
    blocks = [", ".join(asides) + "\n"] if asides else []
    if step.evidence or step.suggestion:
        blocks.append(_evidence(step.evidence or {}, step))
    if step.note:
        blocks.append(quote(step.note))
    indent = " " * len(f"{number}. ")
    for block in blocks:
        lines += "\n" + "".join(f"{indent}{line}\n" for line in block.splitlines())
    return lines + "\n"


def _evidence(evidence: Mapping[str, Any], step: Step) -> str:
    suggestion = str(evidence.get("suggestion") or step.suggestion).upper()
    text = f"Measured: **{literal(suggestion)}**"
    if suggestion in ("YES", "NO") and suggestion != step.answer.value.upper():
        text += " (answered otherwise)"
    reason = str(evidence.get("reason") or "")
    text += f". {literal(reason)}" if reason else "."
    if held := numbers(evidence):
        source = str(evidence.get("source") or "")
        text += f"\n\n{literal(f'Value: {held}')}" + (f", from {code(source)}.\n" if source else ".\n")
    else:
        text += "\n"
    if evidence.get("advice"):
        text += f"\n{literal(str(evidence['advice']))}\n"
    return text + _details(evidence.get("table"))


def _details(details: object) -> str:
    """The table of evidence, its first lines; "" where there is none of the kind."""
    if not isinstance(details, (list, tuple)) or len(details) != 2:
        return ""
    header, rows = details
    if not isinstance(header, (list, tuple)) or not isinstance(rows, (list, tuple)):
        return ""
    whole = [row for row in rows if isinstance(row, (list, tuple)) and len(row) == len(header) > 0]
    if not whole:
        return ""
    names = [literal(str(name)) for name in header]
    lines = [[code(str(row[0])), *(_cell(str(cell)) for cell in row[1:])] for row in whole[:MOST_LINES]]
    more = f"\nand {len(whole) - MOST_LINES:,} more\n" if len(whole) > MOST_LINES else ""
    plain = tuple(tuple(str(cell) for cell in row) for row in whole)
    return "\n" + table(names, lines, alignment((tuple(map(str, header)), plain))) + more


def _cell(text: str) -> str:
    """A cell of a table; a number is nothing that Markdown could take for something else."""
    return text if re.fullmatch(r"[\d.,%+-]+", text) else literal(text)
