"""The result of a check as plain text: files, funnel, labels, findings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowchart.data_settings import how_read
from flowchart.dataset.eval_facts import eval_line, leakage_line
from flowchart.dataset.funnel import mending_words
from flowchart.findings_file import read_findings
from flowchart.text import one_line
from tui.cli.tables import heading, number, table, wrapped

_SEVERITIES = ("error", "warning", "info")


def check_text(result: Mapping[str, Any], findings: Path | None, rows: int) -> str:
    """Return the whole result.

    Args:
        result: The result.json of a check.
        findings: The run's findings.jsonl; None to leave single findings out.
        rows: How many findings of each kind to list.
    """
    return (
        files_text(result)
        + heading("Funnel")
        + funnel_text(result)
        + heading("Labels")
        + labels_text(result)
        + findings_text(result, findings, rows)
    )


def files_text(result: Mapping[str, Any]) -> str:
    """Return the files with role, rows and hash, and where the evaluation set is from."""
    rows = [
        (
            str(file.get("role", "")),
            number(file.get("rows")),
            str(file.get("sha256", ""))[:12],
            str(file.get("path")),
        )
        for file in result.get("files", ())
    ]
    text = table(("", "rows", "sha256", "file"), rows, "lrll")
    if result.get("eval_source"):
        text += one_line(f"evaluation set: {eval_line(result)}") + "\n"
    if leakage := leakage_line(result):
        text += f"leakage: {leakage}\n"
    if how := how_read(result):
        text += one_line(f"read with {how}") + "\n"
    stats = result.get("text_stats") or {}
    if "tokens_mean" in stats and "tokens_max" in stats:
        text += (
            f"tokens in a text: {stats['tokens_mean']:.1f} on average, {number(stats['tokens_max'])} at most"
        )
        empty = stats.get("empty_share")
        text += "\n" if empty is None else f"; {empty:.0%} of the texts have no span\n"
    return text


def funnel_text(result: Mapping[str, Any]) -> str:
    """Return the count funnel, each step with what it lost and why."""
    rows = []
    for stage in result.get("funnel", ()):
        documents, spans = stage.get("lost_documents") or {}, stage.get("lost_spans") or {}
        lost = [f"{number(count)} {kind}" for kind, count in documents.items()]
        lost += [
            f"{number(count)} {'span' if count == 1 else 'spans'} {kind}"
            for kind, count in spans.items()
            if kind not in documents
        ]
        lost += [
            f"{number(count)} {kind} added" for kind, count in (stage.get("added_documents") or {}).items()
        ]
        if not lost:
            lost = [f"{number(count)} {kind}" for kind, count in (stage.get("lost") or {}).items()]
        lost += mending_words(stage)
        counts = [number(stage.get(key)) for key in ("documents", "spans", "train", "eval")]
        rows.append((str(stage.get("stage", "")), *counts, ", ".join(lost)))
    return table(("step", "texts", "spans", "train", "eval", "left out here"), rows, "lrrrrl")


def labels_text(result: Mapping[str, Any]) -> str:
    """Return the labels with their spans."""
    rows = [
        (
            str(label.get("label", "")),
            *(number(label.get(key)) for key in ("spans", "train", "eval", "texts")),
        )
        for label in result.get("labels", ())
    ]
    return table(("label", "spans", "train", "eval", "texts"), rows, "lrrrr") or "none\n"


def findings_text(result: Mapping[str, Any], file: Path | None, rows: int) -> str:
    """Return the findings by kind, the bad ones first, each kind with its first rows."""
    summary = result.get("findings") or {}
    kinds = sorted(summary.get("kinds", ()), key=_weight)
    counts = ", ".join(
        f"{number(count)} {severity}{'s' if count != 1 and severity != 'info' else ''}"
        for severity in _SEVERITIES
        if (count := sum(kind["count"] for kind in kinds if kind.get("severity") == severity))
    )
    text = heading(f"Findings: {number(summary.get('total', 0))}" + (f" ({counts})" if counts else ""))
    for kind in kinds:
        name, count = str(kind.get("kind", "")), kind.get("count", 0)
        text += one_line(f"{kind.get('severity', '')}: {name}, {number(count)}") + "\n"
        shown = read_findings(file, kind=name, limit=rows) if file is not None and rows else []
        for finding in shown:
            row = finding.get("row") or 0
            where = Path(str(finding.get("file", ""))).name + (f":{row}" if row else "")
            done = f" -> {finding['done']}" if finding.get("done") else ""
            text += wrapped(f"{where}: {finding.get('message', '')}{done}", "      ", "    ")
        if shown and count > len(shown):
            text += f"    ... and {number(count - len(shown))} more\n"
    return text


def _weight(kind: Mapping[str, Any]) -> tuple[int, int]:
    severity = kind.get("severity")
    return (_SEVERITIES.index(severity) if severity in _SEVERITIES else 9, -kind.get("count", 0))
