"""Is the evaluation set right, and big enough? What loading found wrong with it, what it can tell apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from flowchart.dataset.findings import EXCERPT
from flowchart.findings_file import read_findings
from flowchart.measures.material import Material
from flowchart.measures.rows import RowLog

LEAKED = ("eval-text-in-train", "eval-text-near-train")
CONFLICTS = ("conflicting-spans", "answer-conflict", "eval-text-changed")
LOST = ("misaligned", "whitespace-edge", "overlapping", "same-span-two-labels")

TYPICAL_F = 0.8
"""The F that a resolution is worked out for: it changes little from 0.6 to 0.9."""

DISAGREEMENT = 0.1
"""The share of gold spans that one of two models to be told apart finds and the other does not."""

MOST_ROWS = 3000
"""Rows kept."""

MOST_READ = 20_000
"""Findings of one kind that are looked at; a set with more is beyond counting."""


def measure(material: Material, rows: RowLog) -> dict[str, Any]:
    """Return what there is to say against the evaluation set.

    Args:
        material: The data.
        rows: Takes the evaluation texts that are known from training, that several rows annotate differently,
            or that lost a span.

    Returns:
        `texts`, `spans`; `leaked_exact`, `leaked_near` (texts that are in training, or nearly); `conflicts`
        (rows that say something else than another row of their text); `lost` (spans that fit no token
        boundaries or overlap); `labels` (support, texts, `score` and `difference` of each label of either
        side, as `resolution`); `score` (half the width of the 95% interval of one F) and `difference` (the
        smallest difference of two models that it can tell from none) over all labels.
    """
    corpus = material.corpus
    about = _About(material)
    counts: Counter[str] = Counter()
    for kind in (*LEAKED, *CONFLICTS, *LOST):
        if not any(found["kind"] == kind for found in material.findings):
            continue
        for finding in read_findings(material.folder / "findings.jsonl", kind=kind, limit=MOST_READ):
            if about.evaluation(finding):
                counts[kind] += 1
                if counts.total() <= MOST_ROWS:
                    _keep(finding, rows)
    support = Counter(label for document in corpus.eval for _, _, label in document.spans)
    texts = Counter(label for document in corpus.eval for label in {span[2] for span in document.spans})
    names = sorted({label.label for label in corpus.labels} | set(support))
    spans = sum(support.values())
    return {
        "texts": len(corpus.eval),
        "with_spans": sum(bool(document.spans) for document in corpus.eval),
        "spans": spans,
        "leaked_exact": corpus.leakage.exact,
        "leaked_near": corpus.leakage.near,
        "conflicts": sum(counts[kind] for kind in CONFLICTS),
        "lost": sum(counts[kind] for kind in LOST),
        "source": corpus.eval_source,
        "labels": {
            name: {"spans": support[name], "texts": texts[name], **resolution(support[name])}
            for name in names
        },
        **resolution(spans),
    }


def resolution(spans: int) -> dict[str, float | None]:
    """Return what so many gold spans can tell apart: `score` and `difference`, in F; None without any.

    `score` is half the width of the 95% interval of one F around `TYPICAL_F`, from the binomial variance of
    its recall. `difference` is the smallest difference of two models that lies outside chance at 95%, when a
    tenth of the spans is found by one and not by the other: the variance of a difference of paired
    proportions (McNemar 1947, Psychometrika 12). Spans of one text are not independent, so both are at best.
    """
    if not spans:
        return {"score": None, "difference": None}
    return {
        "score": round(1.96 * math.sqrt(TYPICAL_F * (1 - TYPICAL_F) / spans), 4),
        "difference": round(1.96 * math.sqrt(DISAGREEMENT / spans), 4),
    }


class _About:
    """Tells which findings are about an evaluation text."""

    def __init__(self, material: Material) -> None:
        corpus = material.corpus
        self._files = {file.path for file in corpus.files if file.role == "eval"} | {corpus.eval_file}
        self._texts = {document.text[:EXCERPT] for document in corpus.eval}
        self._rows = {(material.files[file], row) for file, row in (each.source for each in corpus.eval)}

    def evaluation(self, finding: Mapping[str, Any]) -> bool:
        """Whether it stands in an evaluation file, or in a row whose text was split off for evaluation."""
        file, row = finding["file"], finding["row"]
        return file in self._files or (file, row) in self._rows or finding["excerpt"] in self._texts


def _keep(finding: Mapping[str, Any], rows: RowLog) -> None:
    span = finding["span"]
    rows.put(
        finding["kind"],
        finding["file"],
        finding["row"],
        finding["message"],
        finding["excerpt"],
        span=(span[0], span[1]) if span else None,
        label=finding["label"],
        done=finding["done"],
    )
