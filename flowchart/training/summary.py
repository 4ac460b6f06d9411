"""A point of a learning curve: all trainings on one share of the texts, as one set of numbers."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flowchart.training.experience import Seeds, usual_sd
from flowchart.training.intervals import FEWEST_TEXTS, repeated_intervals, texts_counted
from flowchart.training.scores import Counts

Record = Mapping[str, Any]
"""A finished training as it stands in a run's result: fraction, repeat, docs, ents_f, ents_per_type, ..."""

Trainings = Sequence[tuple[Record, Counts]]
"""Trainings, each with what it got right and wrong on the eval set."""


def by_fraction(trainings: Iterable[tuple[Record, Counts]]) -> list[list[tuple[Record, Counts]]]:
    """Return the trainings of each fraction, smallest first, each by repeat."""
    groups: dict[float, list[tuple[Record, Counts]]] = {}
    for training in sorted(trainings, key=lambda one: (float(one[0]["fraction"]), int(one[0]["repeat"]))):
        groups.setdefault(float(training[0]["fraction"]), []).append(training)
    return list(groups.values())


def summarise(trainings: Trainings, seed: int) -> dict[str, Any]:
    """Return the point that the trainings of one fraction make.

    Scores are means over the repeats, 0 to 1, with 95% intervals over texts and trainings. A label is
    `enough` when `FEWEST_TEXTS` eval texts hold a gold span of it: with fewer, a percentile interval promises
    95% and holds the truth less than nine times in ten, so such a label has no interval and is to be marked.
    `ents_f_low` and `ents_f_high` are None where fewer texts have a span at all, gold or predicted.
    `ents_f_seed_sd` is what F scatters by from training to training, by experience and the repeats;
    `ents_f_flattery` is by how much F is too high because its evaluation was chosen as the best.

    Args:
        trainings: The trainings, one for each repeat; one at least.
        seed: The seed of the bootstrap.

    Raises:
        ValueError: There are none, or they are not of the same eval set.
    """
    if not trainings:
        raise ValueError("a point needs a training at least")
    records = [record for record, _ in trainings]
    repeats = [counts for _, counts in trainings]
    usual = usual_sd(_mean(records, "spans"))
    overall, by_label = repeated_intervals(repeats, seed, usual)
    told = texts_counted(*repeats) >= FEWEST_TEXTS
    gold = _gold(repeats[0])
    labels = {}
    for label in sorted({label for record in records for label in record["ents_per_type"]}):
        texts, spans = gold.get(label, (0, 0))
        enough = texts >= FEWEST_TEXTS
        interval = by_label[label] if enough else None
        # A repeat that has no word of a label has neither gold nor predicted spans of it.
        scores = [record["ents_per_type"].get(label, {}) for record in records]
        labels[label] = {
            **{key: statistics.fmean(score.get(key, 0.0) for score in scores) for key in ("p", "r", "f")},
            "f_low": interval.low if interval else None,
            "f_high": interval.high if interval else None,
            "support": spans,
            "enough": enough,
        }
    best = max(records, key=lambda record: float(record["ents_f"]))
    scores = [float(record["ents_f"]) for record in records]
    between = statistics.variance(scores) if len(scores) > 1 else 0.0
    return {
        "fraction": records[0]["fraction"],
        "docs": _whole(records, "docs"),
        "spans": _whole(records, "spans"),
        "words": _whole(records, "words"),
        "repeats": len(records),
        **{key: _mean(records, key) for key in ("ents_p", "ents_r", "ents_f")},
        "ents_f_low": overall.low if told else None,
        "ents_f_high": overall.high if told else None,
        "ents_f_sd": statistics.stdev(scores) if len(scores) > 1 else None,
        "ents_f_seed_sd": Seeds(len(scores), usual, between, 0.0).likely,
        "ents_f_flattery": statistics.fmean(float(record.get("ents_f_flattery", 0)) for record in records),
        "ents_per_type": labels,
        "seconds": round(_mean(records, "seconds"), 2),
        "steps": _whole(records, "steps"),
        "model": best["model"],
    }


def _gold(counts: Counts) -> dict[str, tuple[int, int]]:
    """Return for each label how many eval texts have a gold span of it, and how many spans these are."""
    texts, spans = [0] * len(counts.labels), [0] * len(counts.labels)
    for _, label, tp, _, fn in counts.rows:
        texts[label] += bool(tp + fn)
        spans[label] += tp + fn
    return dict(zip(counts.labels, zip(texts, spans, strict=True), strict=True))


def _mean(records: Sequence[Record], key: str) -> float:
    return statistics.fmean(float(record[key]) for record in records)


def _whole(records: Sequence[Record], key: str) -> int:
    return round(_mean(records, key))
