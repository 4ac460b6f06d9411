"""A pipeline's predictions held against gold spans, by their first and last character.

The pipeline reads a text by its own tokenizer, so tokens cannot be compared; edges in the text can.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flowchart.measures.pipeline_loading import Spans
from flowchart.training.intervals import FEWEST_TEXTS, Interval, intervals, texts_counted
from flowchart.training.scores import Counts


def count(gold: Sequence[Spans], found: Sequence[Spans], labels: Collection[str]) -> Counts:
    """Count what is right and wrong of some labels, text by text.

    Args:
        gold: The gold spans of each text.
        found: The predicted spans of each text, with the data's labels; "" for those that mean none.
        labels: The labels that count; spans of others are passed over on both sides.
    """
    counts = Counts(len(gold), sorted(labels))
    index = {label: number for number, label in enumerate(counts.labels)}
    for number, (here, there) in enumerate(zip(gold, found, strict=True)):
        right = {span for span in here if span[2] in index}
        guesses = {span for span in there if span[2] in index}
        tally: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for kind, spans in enumerate((right & guesses, guesses - right, right - guesses)):
            for _, _, label in spans:
                tally[label][kind] += 1
        counts.rows += [(number, index[label], *tally[label]) for label in sorted(tally)]  # type: ignore[misc]
    return counts


def score(counts: Counts, seed: int) -> dict[str, Any]:
    """Return `p`, `r`, `f`, 0 to 1, and the 95% interval of F, `low` and `high`.

    F is None where nothing is gold and nothing found; the interval where too few texts have any of it.
    """
    interval = intervals(counts, seed)[0] if texts_counted(counts) >= FEWEST_TEXTS else None
    tp, fp, fn = (sum(row[at] for row in counts.rows) for at in (2, 3, 4))
    return {**prf(tp, fp, fn), **_ends(interval)}


def by_label(counts: Counts, seed: int) -> dict[str, dict[str, Any]]:
    """Return the same for each label, and its `spans`: the gold ones."""
    ends = intervals(counts, seed)[1] if counts.rows else {}
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _, label, tp, fp, fn in counts.rows:
        sums[counts.labels[label]].update({"tp": tp, "fp": fp, "fn": fn})
    return {
        label: {
            "spans": sums[label]["tp"] + sums[label]["fn"],
            **prf(sums[label]["tp"], sums[label]["fp"], sums[label]["fn"]),
            **_ends(ends.get(label)),
        }
        for label in counts.labels
    }


def prf(tp: int, fp: int, fn: int) -> dict[str, float | None]:
    """Return precision, recall and F, None where nothing is found, nothing gold, or neither."""
    return {
        "p": round(tp / (tp + fp), 4) if tp + fp else None,
        "r": round(tp / (tp + fn), 4) if tp + fn else None,
        "f": round(2 * tp / (2 * tp + fp + fn), 4) if tp + fp + fn else None,
    }


def mapped(found: Sequence[Spans], means: Mapping[str, str]) -> list[Spans]:
    """Return predictions with the data's labels, "" for those that mean none."""
    return [tuple((start, end, means.get(label, "")) for start, end, label in spans) for spans in found]


def _ends(interval: Interval | None) -> dict[str, float | None]:
    if interval is None:
        return {"low": None, "high": None}
    return {"low": round(interval.low, 4), "high": round(interval.high, 4)}
