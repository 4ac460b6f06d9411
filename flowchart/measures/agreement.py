"""Texts that several rows annotate: how far the rows agree, annotator by annotator, and where they do not.

Agreement on spans is pairwise F1: one annotator's spans are held against the other's, and it does not matter
which of them counts as right. Tokens that neither labelled are without number, so chance agreement and kappa
are not defined, and F1 is what kappa tends to: Hripcsak and Rothschild 2005, "Agreement, the F-Measure, and
Reliability in Information Retrieval" (JAMIA 12).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from flowchart.dataset.findings import quote
from flowchart.dataset.merging import SpanTuple
from flowchart.measures.as_written import whole_tasks
from flowchart.measures.forms import UNLABELLED
from flowchart.training.intervals import intervals
from flowchart.training.scores import Counts

Spans = frozenset[SpanTuple]

NAME = 40
"""The most characters of a form, or of an annotator's name, in a title."""

MOST_PAIRS = 50
"""Pairs of annotators told one by one, those with the most texts; the sums are over all."""


@dataclass(frozen=True, slots=True)
class Version:
    """What one row says about a text.

    Attributes:
        file: The file, as it was named.
        row: The row.
        annotator: Who; "" when nobody says.
        accepted: Whether it was accepted; rejected otherwise.
        spans: The spans as written.
    """

    file: str
    row: int
    annotator: str
    accepted: bool
    spans: Spans


@dataclass(frozen=True, slots=True)
class Split:
    """A span over which two versions of a text differ.

    Attributes:
        text: The text.
        span: Where.
        first: The version of the annotator whose name comes first.
        second: The other one.
        outcomes: What the span is in each of them.
    """

    text: str
    span: tuple[int, int]
    first: Version
    second: Version
    outcomes: tuple[str, str]


def repeated(paths: Sequence[str]) -> dict[str, list[Version]]:
    """Return the texts that more than one row annotates, each with its rows, in the order they came.

    Rows that say nothing about the whole of their text are left out: ignored, unannotated and binary ones.
    The files are read twice, so that only such texts are ever held.

    Raises:
        UserError: A file cannot be read any more.
    """
    seen = Counter(hash(task.text) for _, task in whole_tasks(paths))
    texts: defaultdict[str, list[Version]] = defaultdict(list)
    for file, task in whole_tasks(paths):
        if seen[hash(task.text)] > 1:
            accepted = task.answer != "reject"
            version = Version(file, task.row, task.annotator, accepted, frozenset(task.spans))
            texts[task.text].append(version)
    return {text: versions for text, versions in texts.items() if len(versions) > 1}


def by_annotator(versions: Iterable[Version], *, rejected: bool) -> dict[str, Version]:
    """Return what each named annotator says about a text, by name in alphabetical order.

    Somebody's several rows are united, as training unites them, and stand where the first one does.

    Args:
        versions: The rows of the text.
        rejected: Whether a rejected row counts, as one without spans; left out otherwise, as it is from
            training.
    """
    found: dict[str, Version] = {}
    order = sorted(versions, key=lambda each: (each.annotator, not each.accepted, each.file, each.row))
    for version in order:
        if version.annotator and (version.accepted or rejected):
            known = found.get(version.annotator) or replace(version, spans=frozenset())
            spans = version.spans if version.accepted else frozenset()
            found[version.annotator] = replace(known, spans=known.spans | spans)
    return found


def agreement(texts: Mapping[str, Sequence[Version]], seed: int, *, rejected: bool = False) -> dict[str, Any]:
    """Return how far annotators agree on the texts that they share.

    Args:
        texts: The texts with several rows.
        seed: The seed of the draws for the interval.
        rejected: Whether a rejected row counts, as one without spans.

    Returns:
        `annotators` (names), `texts` (with two of them or more) and, over all pairs, the sums of whose counts
        give each F1: `strict` (the same span and label), `partial` (an overlap under the same label),
        `position` (the same span under any label), `low` and `high` (the 95% interval of `strict` over
        texts), `labels` (by label `spans` and `strict`) and `pairs` (the same for each of the first
        `MOST_PAIRS`, with `names` and `texts`; there are `pairs_all`). An F1 is None where nobody labelled
        anything; labels that one side never uses are among the labels, at 0.
    """
    shared = {text: by_annotator(versions, rejected=rejected) for text, versions in sorted(texts.items())}
    shared = {text: each for text, each in shared.items() if len(each) > 1}
    pairs: defaultdict[tuple[str, str], list[tuple[int, Spans, Spans]]] = defaultdict(list)
    for number, each in enumerate(shared.values()):
        for one, other in combinations(sorted(each), 2):
            pairs[one, other].append((number, each[one].spans, each[other].spans))
    every = [compared for each in pairs.values() for compared in each]
    by_pair = [
        {"names": list(names), "texts": len(compared), **_scores(compared, seed)}
        for names, compared in sorted(pairs.items(), key=lambda each: (-len(each[1]), each[0]))[:MOST_PAIRS]
    ]
    names = sorted({name for each in shared.values() for name in each})
    return {
        "annotators": names,
        "texts": len(shared),
        **_scores(every, seed),
        "pairs": by_pair,
        "pairs_all": len(pairs),
    }


def _scores(compared: Sequence[tuple[int, Spans, Spans]], seed: int) -> dict[str, Any]:
    """Return the F1 of pairs of versions: (text, spans, spans) each."""
    places = {text: place for place, text in enumerate(sorted({text for text, _, _ in compared}))}
    names = sorted({label for _, one, other in compared for _, _, label in one | other})
    index = {label: number for number, label in enumerate(names)}
    counts = Counts(len(places), names)
    spans, partial, position = 0, 0, 0
    for text, one, other in compared:
        tallies: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for kind, part in enumerate((one & other, other - one, one - other)):
            for _, _, label in part:
                tallies[label][kind] += 1
        for label, (tp, fp, fn) in sorted(tallies.items()):
            counts.rows.append((places[text], index[label], tp, fp, fn))
        spans += len(one) + len(other)
        partial += sum(_touched(span, other) for span in one) + sum(_touched(span, one) for span in other)
        # Places, each once: one text may have one span under two labels.
        here, there = ({span[:2] for span in side} for side in (one, other))
        position += sum(span[:2] in there for span in one) + sum(span[:2] in here for span in other)
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for _, number, tp, fp, fn in counts.rows:
        sums[number][0] += 2 * tp
        sums[number][1] += 2 * tp + fp + fn
    interval = intervals(counts, seed)[0] if spans else None
    return {
        "spans": spans,
        "strict": _share(sum(right for right, _ in sums.values()), spans),
        "partial": _share(partial, spans),
        "position": _share(position, spans),
        "low": round(interval.low, 4) if interval else None,
        "high": round(interval.high, 4) if interval else None,
        "labels": {
            names[number]: {"spans": total, "strict": _share(right, total)}
            for number, (right, total) in sorted(sums.items())
        },
    }


def _touched(span: SpanTuple, others: Spans) -> bool:
    start, end, label = span
    return any(label == other[2] and start < other[1] and other[0] < end for other in others)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def splits(text: str, first: Version, second: Version) -> list[Split]:
    """Return the spans over which two versions of a text differ, each difference once.

    A span under another label, and one with another boundary, is one difference of both.
    """
    only, left = sorted(first.spans - second.spans), sorted(second.spans - first.spans)
    found = []
    for start, end, label in only:
        same = [other for other in left if other[:2] == (start, end)]
        near = [other for other in left if start < other[1] and other[0] < end]
        theirs = UNLABELLED
        if near:
            other = (same or near)[0]
            left.remove(other)
            theirs = other[2] if same else f"{shown(text[other[0] : other[1]])} {other[2]}"
        found.append(Split(text, (start, end), first, second, (label, theirs)))
    found += [Split(text, (start, end), first, second, (UNLABELLED, label)) for start, end, label in left]
    return found


def shown(form: str) -> str:
    """Return a form, or a name, in quotes and cut for a title."""
    return quote(form if len(form) <= NAME else form[: NAME - 1] + "…")
