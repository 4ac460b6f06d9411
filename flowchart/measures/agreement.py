"""Texts that several rows annotate: how far the rows agree, annotator by annotator, and where they do not.

Agreement on spans is pairwise F1: one annotator's spans are held against the other's, and it does not matter
which of them counts as right. Tokens that neither labelled are without number, so chance agreement and kappa
are not defined, and F1 is what kappa tends to: Hripcsak and Rothschild 2005, "Agreement, the F-Measure, and
Reliability in Information Retrieval" (JAMIA 12).

Texts may be annotated label by label, in passes that training unites. What one pass does not say, because it
was for other labels, contradicts nothing: such rows are not held against each other (`Version.apart`).
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from flowchart.dataset.document import Range
from flowchart.dataset.findings import quote
from flowchart.dataset.groups import SpanTuple
from flowchart.dataset.precedence import Passes, superseded
from flowchart.dataset.sayings import Review
from flowchart.measures.as_written import whole_tasks
from flowchart.measures.forms import UNLABELLED
from flowchart.training.intervals import FEWEST_TEXTS, intervals, texts_counted
from flowchart.training.scores import Counts

Spans = frozenset[SpanTuple]

NAME = 40
"""The most characters of a form, or of an annotator's name, in a title."""

MOST_PAIRS = 50
"""Pairs of annotators told one by one, those with the most texts; the sums are over all."""

MOST_TEXTS = 5000
"""Shared texts that annotators are compared on; of more, so many are drawn."""

FEWEST_OF_A_PASS = 24
"""Spans, two dozen, from which on a source is known by its labels; with fewer, more may be still to come."""


@dataclass(frozen=True, slots=True)
class Version:
    """What one row says about a text.

    Attributes:
        file: The file, as it was named.
        row: The row.
        annotator: Who; "" when nobody says.
        accepted: Whether it was accepted; rejected otherwise.
        spans: The spans as written.
        labels: The labels that its source, the same annotator in the same file, gives to any text; empty
            where it has too few spans to tell, or gives another source's words other labels.
        unknown: Places that it says something unusable about, as under a span without a label.
        when: When, in seconds; None where nobody says.
        review: What was reviewed, when it is a reviewed row.
        settled: Whether a reviewed row counts in its place: then it contradicts nothing any more.
    """

    file: str
    row: int
    annotator: str
    accepted: bool
    spans: Spans
    labels: frozenset[str] = frozenset()
    unknown: frozenset[Range] = frozenset()
    when: float | None = None
    review: Review | None = None
    settled: bool = False

    def against(self, other: Version) -> Spans:
        """Return the spans that the other one says something about: those not where it is unknown."""
        if not other.unknown:
            return self.spans
        return frozenset(
            span
            for span in self.spans
            if span in other.spans
            or not any(start < span[1] and span[0] < end for start, end in other.unknown)
        )

    def apart(self, other: Version) -> bool:
        """Whether the two are of passes for different labels."""
        return bool(self.labels and other.labels) and self.labels.isdisjoint(other.labels)

    def contradicts(self, other: Version) -> bool:
        """Whether the two, of one text, say different things about the same labels, and nobody settled it."""
        if self.settled or other.settled:
            return False
        if self.accepted and other.accepted:
            return self.against(other) != other.against(self) and not self.apart(other)
        return self.accepted != other.accepted and not self.apart(other)


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

    Rows that say nothing about the whole of their text are left out: ignored, unannotated and binary ones. So
    are reviewed rows, which are no annotator's, and rows that their annotator corrected in a later one. The
    files are read twice, so that only such texts are ever held.

    Raises:
        UserError: A file cannot be read any more.
    """
    seen: Counter[int] = Counter()
    given: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    passes = Passes()
    for file, task in whole_tasks(paths):
        seen[hash(task.text)] += 1
        if task.annotator or task.review is not None:
            passes.add(task.annotator, task.review, task.spans)
        if task.answer != "reject" and task.review is None:
            given[file, task.annotator].update(label for _, _, label in task.spans)
    labels = {
        source: frozenset(counts) for source, counts in given.items() if counts.total() >= FEWEST_OF_A_PASS
    }
    texts: defaultdict[str, list[Version]] = defaultdict(list)
    for file, task in whole_tasks(paths):
        if seen[hash(task.text)] > 1:
            who, accepted = task.annotator, task.answer != "reject"
            spans, every = frozenset(task.spans), labels.get((file, who), frozenset())
            unknown = frozenset(task.unknown)
            texts[task.text].append(
                Version(file, task.row, who, accepted, spans, every, unknown, task.when, task.review)
            )
    for versions in texts.values():
        passes.compare(versions)
    several = {
        text: counting
        for text, versions in texts.items()
        if len(counting := _annotators_own(versions, passes)) > 1
    }
    renaming = _renaming(several.values())
    for versions in several.values() if renaming else ():
        versions[:] = [
            replace(each, labels=frozenset()) if (each.file, each.annotator) in renaming else each
            for each in versions
        ]
    return several


def _annotators_own(versions: Sequence[Version], passes: Passes) -> list[Version]:
    """Return the rows of a text that say what annotators think of it in the end, settled ones marked."""
    gone = superseded(versions, passes)
    return [
        replace(each, settled=index in gone)
        for index, each in enumerate(versions)
        if each.review is None and (index not in gone or versions[gone[index]].review is not None)
    ]


def _renaming(texts: Iterable[Sequence[Version]]) -> set[tuple[str, str]]:
    """Return the sources that give another one's words other labels: they differ, and are no passes.

    Of the spans of the one that has fewer, more than half have the same words in the other one.
    """
    alike: Counter[frozenset[tuple[str, str]]] = Counter()
    fewer: Counter[frozenset[tuple[str, str]]] = Counter()
    for versions in texts:
        different = {(each.file, each.annotator, each.spans): each for each in versions}.values()
        for one, other in combinations(different, 2):
            if one.apart(other):
                pair = frozenset(((one.file, one.annotator), (other.file, other.annotator)))
                here, there = ({span[:2] for span in each.spans} for each in (one, other))
                alike[pair] += len(here & there)
                fewer[pair] += min(len(here), len(there))
    return {source for pair, count in alike.items() if 2 * count > fewer[pair] for source in pair}


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
            unknown = known.unknown | version.unknown if version.unknown else known.unknown
            found[version.annotator] = replace(known, spans=known.spans | spans, unknown=unknown)
    return found


def annotators(versions: Iterable[Version], *, rejected: bool) -> Iterator[tuple[Version, Version]]:
    """Yield what each two annotators say about a text, but for rows of passes for different labels.

    Args:
        versions: The rows of the text.
        rejected: Whether a rejected row counts, as in `by_annotator`.
    """
    named: defaultdict[str, list[Version]] = defaultdict(list)
    for version in versions:
        if version.annotator:
            named[version.annotator].append(version)
    for one, other in combinations(sorted(named), 2):
        sides = (named[one], named[other]), (named[other], named[one])
        held = [mine for side, against in sides for mine in side if not all(map(mine.apart, against))]
        found = by_annotator(held, rejected=rejected)
        if len(found) == 2:
            yield found[one], found[other]


def agreement(
    texts: Mapping[str, Sequence[Version]], seed: int, *, rejected: bool = False, most_pairs: int = MOST_PAIRS
) -> dict[str, Any]:
    """Return how far annotators agree on the texts that they share.

    Args:
        texts: The texts with several rows.
        seed: The seed of the draws: of the texts, where there are too many, and for the interval.
        rejected: Whether a rejected row counts, as one without spans.
        most_pairs: Pairs of annotators to tell one by one.

    Returns:
        `annotators` (names), `texts` (that two of them or more are compared on) of `all_texts` and, over all
        pairs, the sums of whose counts give each F1: `strict` (the same span and label), `partial` (an
        overlap under the same label, each span used once), `position` (the same span under any label), `low`
        and `high` (the 95% interval of `strict` over texts; None where fewer than `FEWEST_TEXTS` have a
        span), `labels` (by label `spans` and `strict`) and `pairs` (the same for each of the first
        `most_pairs`, with `names` and `texts`; there are `pairs_all`). An F1 is None where nobody labelled
        anything; labels that one side never uses are among the labels, at 0.
    """
    shared = [
        each
        for _, versions in sorted(texts.items())
        if (each := list(annotators(versions, rejected=rejected)))
    ]
    drawn = shared if len(shared) <= MOST_TEXTS else random.Random(seed).sample(shared, MOST_TEXTS)
    pairs: defaultdict[tuple[str, str], list[tuple[int, Spans, Spans]]] = defaultdict(list)
    for number, each in enumerate(drawn):
        for one, other in each:
            pairs[one.annotator, other.annotator].append((number, one.against(other), other.against(one)))
    whole = _scores([compared for each in pairs.values() for compared in each], seed)
    by_pair = [
        {
            "names": list(names),
            "texts": len(compared),
            **(_scores(compared, seed) if len(pairs) > 1 else whole),
        }
        for names, compared in sorted(pairs.items(), key=lambda each: (-len(each[1]), each[0]))[:most_pairs]
    ]
    return {
        "annotators": sorted({name for names in pairs for name in names}),
        "texts": len(drawn),
        "all_texts": len(shared),
        **whole,
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
        partial += 2 * _paired(one, other)
        # Places, each once: one text may have one span under two labels.
        here, there = ({span[:2] for span in side} for side in (one, other))
        position += sum(span[:2] in there for span in one) + sum(span[:2] in here for span in other)
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for _, number, tp, fp, fn in counts.rows:
        sums[number][0] += 2 * tp
        sums[number][1] += 2 * tp + fp + fn
    interval = intervals(counts, seed)[0] if texts_counted(counts) >= FEWEST_TEXTS else None
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


def _paired(one: Spans, other: Spans) -> int:
    """Return how many spans of one side have an overlapping one with the same label on the other side.

    Each is used once, and as many pairs are made as there can be: of all spans not looked at yet, the one
    that ends first takes the one on the other side that overlaps it and ends first, which nobody after it
    needs more.
    """
    count = 0
    for label in {span[2] for span in one} & {span[2] for span in other}:
        sides = [sorted((end, start) for start, end, its in side if its == label) for side in (one, other)]
        order = sorted((*span, side) for side, spans in enumerate(sides) for span in spans)
        taken: set[tuple[int, int, int]] = set()
        for end, start, side in order:
            if (end, start, side) in taken:
                continue
            for until, begin in sides[1 - side][bisect_left(sides[1 - side], (end, -1)) :]:
                if begin < end and start < until and (until, begin, 1 - side) not in taken:
                    taken.add((until, begin, 1 - side))
                    count += 1
                    break
    return count


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def splits(text: str, first: Version, second: Version) -> list[Split]:
    """Return the spans over which two versions of a text differ, each difference once.

    A span under another label, and one with another boundary, is one difference of both.
    """
    here, there = first.against(second), second.against(first)
    only, left = sorted(here - there), sorted(there - here)
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
