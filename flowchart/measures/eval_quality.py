"""Is the evaluation set right, and big enough? What loading found wrong with it, what it can tell apart."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flowchart.measures.agreement import repeated
from flowchart.measures.as_written import tasks
from flowchart.measures.material import Material
from flowchart.measures.rows import RowLog

LEAKED = ("eval-text-in-train", "eval-text-near-train")
CONFLICTS = ("conflicting-spans", "answer-conflict")
CHANGED = ("eval-text-changed",)
OFF_TOKENS = ("misaligned", "whitespace-edge")
OVERLAPPING = ("overlapping", "same-span-two-labels")

TYPICAL_F = 0.8
"""The F that a resolution is worked out for: it changes little from 0.6 to 0.9."""

DISAGREEMENT = 0.1
"""The share of gold spans that one of two models to be told apart finds and the other does not."""

MOST_ROWS = 1000
"""Rows kept of one kind."""

Place = tuple[str, int]
"""File and row."""


def measure(material: Material, rows: RowLog) -> dict[str, Any]:
    """Return what there is to say against the evaluation set.

    Args:
        material: The data.
        rows: Takes the evaluation texts that are known from training, that several rows annotate differently,
            or that lost a span.

    Returns:
        `texts`, `spans`; `leaked_exact`, `leaked_near` (texts that are in training, or nearly); `origins` (as
        `Leakage.to_dict`); `conflicts`
        (rows that say something else than another row of their text, passes for different labels excepted);
        `lost` (spans that were left out): `off_tokens` (they fit no token boundaries) and `overlapping` (they
        overlap another one); `labels` (support, texts, `score` and `difference` of each label of either side,
        as `resolution`); `score` (half the width of the 95% interval of one F) and `difference` (the smallest
        difference of two models that it can tell from none) over all labels.

    Raises:
        UserError: A file cannot be read any more.
    """
    corpus = material.corpus
    counts: Counter[str] = Counter()
    for finding in _found(material):
        counts[finding["kind"]] += 1
        rows.there_are(finding["kind"], 1)
        if counts[finding["kind"]] <= MOST_ROWS:
            _keep(finding, rows)
    off_tokens, overlapping = (sum(counts[kind] for kind in kinds) for kinds in (OFF_TOKENS, OVERLAPPING))
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
        "origins": [each._asdict() for each in corpus.leakage.origins],
        "conflicts": sum(counts[kind] for kind in (*CONFLICTS, *CHANGED)),
        "lost": off_tokens + overlapping,
        "off_tokens": off_tokens,
        "overlapping": overlapping,
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


def _found(material: Material) -> Iterator[Mapping[str, Any]]:
    """Yield what loading has found wrong with evaluation texts, in the order it was found."""
    kinds = {*LEAKED, *CONFLICTS, *CHANGED, *OFF_TOKENS, *OVERLAPPING}
    kinds &= {found["kind"] for found in material.findings}
    if not kinds:
        return
    named = material.corpus.eval_source == "file"
    paths = [file.path for file in material.corpus.files if file.role == ("eval" if named else "train")]
    places = _places(material, paths, named=named)
    united = _united(paths) if kinds.intersection(CONFLICTS) else set()
    names = [json.dumps(kind).encode() for kind in kinds]
    with (material.folder / "findings.jsonl").open("rb") as lines:
        for line in lines:
            if not any(name in line for name in names):
                continue  # spares the parsing of most lines
            finding = json.loads(line)
            place = finding["file"], finding["row"]
            excused = finding["kind"] in CONFLICTS and place in united
            if finding["kind"] in kinds and place in places and not excused:
                yield finding


def _places(material: Material, paths: Sequence[str], *, named: bool) -> set[Place]:
    """Return the rows that say something about an evaluation text; one that was ignored says nothing.

    Args:
        material: The data.
        paths: The files that the evaluation texts come from.
        named: Whether these are evaluation files; a part of their texts was split off otherwise.
    """
    texts = {document.text for document in material.corpus.eval}
    found = {(material.files[file], row) for file, row in (each.source for each in material.corpus.eval)}
    found.update(
        (file, task.row)
        for file, task in tasks(paths)
        if task.answer != "ignore" and (named or task.text in texts)
    )
    return found


def _united(paths: Sequence[str]) -> set[Place]:
    """Return the rows of repeated texts that contradict no other one, as those of passes for other labels."""
    found: set[Place] = set()
    for versions in repeated(paths).values():
        different = {(each.accepted, each.spans, each.labels): each for each in versions}.values()
        found.update((each.file, each.row) for each in versions if not any(map(each.contradicts, different)))
    return found


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
