"""Which of several rows about one text count, and which gave way to another one.

A reviewed row counts in place of the rows that it reviewed. Of several rows by one annotator the latest
counts: it corrects those before. But texts may be annotated label by label, in passes that are united: then a
later row says nothing about the labels of the earlier one, and both count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations, pairwise
from typing import Protocol

from flowchart.dataset.sayings import Review

SpanTuple = tuple[int, int, str]

REVIEWS = "\0reviews"
"""All reviews together, where the name of an annotator stands otherwise."""

TOGETHER = 0.05
"""Two labels are of one pass when this share of the rows with the rarer one has both: fewer are slips."""

FEWEST_OF_A_PASS = 24
"""Spans, two dozen, of which later rows touch none when their pass is for other labels."""


class Saying(Protocol):
    """What one row says about a text."""

    @property
    def annotator(self) -> str:
        """Who; "" when nobody says."""

    @property
    def when(self) -> float | None:
        """When, in seconds; None when nobody says."""

    @property
    def review(self) -> Review | None:
        """What was reviewed, when it is a reviewed row."""

    @property
    def spans(self) -> Collection[SpanTuple]:
        """Its spans."""


class Passes:
    """Which labels each annotator gives in one go, told from all rows: see `apart`."""

    def __init__(self) -> None:
        self.reviewed: set[str] = set()
        self._rows: defaultdict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
        self._before: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._after: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._touched: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._renamed: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        self._passes: dict[str, dict[str, str]] = {}

    def add(self, who: str, review: Review | None, spans: Iterable[SpanTuple]) -> None:
        """Take a row: who annotated it, what it reviewed, and its spans."""
        if review is not None:
            self.reviewed |= review.labels
            who = REVIEWS
        self._rows[who][tuple([label for _, _, label in spans])] += 1

    def compare(self, sayings: Sequence[Saying]) -> None:
        """Take what somebody's later rows make of the earlier ones, of one text, in the order they came."""
        for who, mine in _by_annotator(sayings).items():
            for one, other in pairwise(mine):
                earlier, later = sayings[one].spans, sayings[other].spans
                self._after[who].update(label for _, _, label in later)
                for start, end, label in earlier:
                    self._before[who][label] += 1
                    over = [each for each in later if each[0] < end and start < each[1]]
                    self._touched[who][label] += bool(over)
                    self._renamed[who].update((label, each[2]) for each in over if each[:2] == (start, end))

    def apart(self, who: str, earlier: frozenset[str], later: frozenset[str]) -> bool:
        """Whether a later row with some labels is of another pass than an earlier one.

        Labels that stand in one row are of one pass, and so are those of which one corrects the other. A row
        without spans may be of any.
        """
        passes = self._passes_of(who)
        if not earlier or not later:
            return len(set(passes.values())) > 1
        if {passes.get(label, label) for label in earlier}.isdisjoint(
            passes.get(each, each) for each in later
        ):
            return True
        before, after, touched = self._before[who], self._after[who], self._touched[who]
        return any(
            before[label] >= FEWEST_OF_A_PASS and not touched[label] and not after[label] for label in earlier
        )

    def _passes_of(self, who: str) -> dict[str, str]:
        """Return for each label of an annotator the first of those of the same pass."""
        if who in self._passes:
            return self._passes[who]
        count: Counter[str] = Counter()
        both: Counter[tuple[str, str]] = Counter()
        rows_of: Counter[frozenset[str]] = Counter()
        for given, rows in self._rows[who].items():
            rows_of[frozenset(given)] += rows
        for labels, rows in rows_of.items():
            count.update(dict.fromkeys(labels, rows))
            both.update(dict.fromkeys(combinations(sorted(labels), 2), rows))
        linked = [pair for pair, rows in both.items() if rows >= TOGETHER * min(count[each] for each in pair)]
        before, after = self._before[who], self._after[who]
        linked += [
            (old, new)
            for (old, new), spans in self._renamed[who].items()
            if 2 * spans > min(before[old], after[new])
        ]
        first = {label: label for label in count}
        for one, other in linked:
            old, new = sorted((first[one], first[other]))
            if old != new:
                first = {label: old if each == new else each for label, each in first.items()}
        self._passes[who] = first
        return first


def superseded(sayings: Sequence[Saying], passes: Passes) -> dict[int, int]:
    """Return which rows of one text gave way, each with the row that counts in its place.

    Args:
        sayings: The rows, in the order they came.
        passes: Filled from all rows, of all texts.
    """
    found: dict[int, int] = {}
    for who, mine in _by_annotator(sayings).items():
        for place, index in enumerate(mine):
            labels = labels_of(sayings[index])
            for later in reversed(mine[place + 1 :]):
                if not passes.apart(who, labels, labels_of(sayings[later])):
                    found[index] = later
                    break
    reviews = [index for index, each in enumerate(sayings) if each.review is not None and index not in found]
    for index, each in enumerate(sayings):
        if each.review is None and (by := _reviewer(each, reviews, sayings, passes)) is not None:
            found[index] = by
    return found


def _reviewer(
    saying: Saying, reviews: Iterable[int], sayings: Sequence[Saying], passes: Passes
) -> int | None:
    """Return the reviewed row that counts in place of a row: one that names it, or is about its labels."""
    labels = labels_of(saying)
    for index in reviews:
        review = sayings[index].review
        named = review is not None and saying.annotator in review.names
        if named or not labels or labels & passes.reviewed:
            return index
    return None


def _by_annotator(sayings: Sequence[Saying]) -> dict[str, list[int]]:
    """Return who has several rows, with these in the order they were annotated."""
    by: defaultdict[str, list[int]] = defaultdict(list)
    for index, each in enumerate(sayings):
        if who := _who(each):
            by[who].append(index)
    several = {who: mine for who, mine in by.items() if len(mine) > 1}
    for mine in several.values():
        times = [sayings[index].when for index in mine]
        if None not in times:
            mine.sort(key=lambda index: sayings[index].when or 0)
    return several


def _who(saying: Saying) -> str:
    return REVIEWS if saying.review is not None else saying.annotator


def labels_of(saying: Saying) -> frozenset[str]:
    """Return the labels of a row."""
    return frozenset(label for _, _, label in saying.spans)
