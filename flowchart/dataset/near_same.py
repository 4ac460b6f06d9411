"""Texts that are nearly the same: equal but for case, white space and punctuation, or in half of their words.

Two texts are held against each other by their shingles, all runs of three words in a row (Broder, On the
resemblance and containment of documents, 1997). Their resemblance is Jaccard's: the shingles in both, over
the shingles in either. It is counted, not estimated: the hashes only say which pairs are worth counting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowchart.dataset.shingles import Hashes, Numbers, batches, hashed, shingles

NEAR = 0.5
"""From this resemblance on two texts are nearly the same: one other word in a text of eleven, say."""

MOST_SHINGLES = 2_000_000
"""The shingles of texts to compare that are kept at a time: about 50 MB."""

_MOST_PAIRS = 1_000_000  # shared shingles that are counted at once


class Pair(NamedTuple):
    """A text to compare, and the first text that is nearly the same.

    Attributes:
        text: The index among the texts to compare.
        other: The index among the others.
        resemblance: Of the two, above 0 and at most 1.
    """

    text: int
    other: int
    resemblance: float


def near_same(texts: Sequence[str], others: Sequence[str], least: float = NEAR) -> list[Pair]:
    """Return each text that is nearly the same as one of the others, with the first such.

    Takes a few microseconds for each text of 40 words, on either side. Memory is bounded: of `texts` up to
    `MOST_SHINGLES` are kept at a time, and the others are looked through once for each time.

    Args:
        texts: The texts to compare.
        others: The texts to compare them with.
        least: The resemblance from which on two texts are nearly the same, above 0 and at most 1.
    """
    found: list[Pair] = []
    start = 0
    while start < len(texts):
        index = _Index(texts, start, least)
        found += index.compare(others)
        start = index.stop
    return sorted(found)


class _Index:
    """The shingles of some texts, to be looked up.

    Attributes:
        start: The index of the first text.
        stop: The index after the last one.
    """

    def __init__(self, texts: Sequence[str], start: int, least: float) -> None:
        self._texts = texts
        self._least = least
        self.start = self.stop = start
        hashes: list[Hashes] = []
        sizes: list[Numbers] = []
        total = 0
        for batch in batches(texts, start):
            found, _, counts = hashed(batch)
            hashes.append(found)
            sizes.append(counts)
            total += len(found)
            self.stop += len(batch)
            if total >= MOST_SHINGLES:
                break
        self._sizes = np.concatenate(sizes)
        self._left = len(self._sizes)
        owner = np.repeat(np.arange(len(self._sizes), dtype=np.int32), self._sizes)
        self._keep(np.concatenate(hashes), owner)

    def _keep(self, hashes: Hashes, owner: NDArray[np.int32]) -> None:
        """Keep shingles, each with its text: by the hash, in order."""
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._owner = hashes[order], owner[order]
        size = 1 << (max(len(hashes), 1).bit_length() + 3)
        self._mask = np.uint64(size - 1)
        # Most shingles looked up are in no text at all: a look at one byte tells.
        self._there = np.zeros(size, np.bool_)
        self._there[self._hashes & self._mask] = True

    def compare(self, others: Sequence[str]) -> Iterator[Pair]:
        """Yield the texts that are nearly the same as one of the others; each is looked for until then."""
        first = 0
        for batch in batches(others, 0):
            gone = np.zeros(len(self._sizes), np.bool_)
            for place, text, counted in self._candidates(*hashed(batch)):
                if gone[text]:
                    continue
                resemblance = counted
                if resemblance is None:
                    mine, its = shingles(self._texts[self.start + text]), shingles(batch[place])
                    resemblance = len(mine & its) / len(mine | its)
                if resemblance >= self._least:
                    gone[text] = True
                    yield Pair(self.start + text, first + place, resemblance)
            if count := int(gone.sum()):
                self._left -= count
                if not self._left:
                    return
                stay = ~gone[self._owner]
                self._keep(self._hashes[stay], self._owner[stay])
            first += len(batch)

    def _candidates(
        self, hashes: Hashes, owner: Numbers, sizes: Numbers
    ) -> Iterator[tuple[int, int, float | None]]:
        """Yield the pairs that resemble each other enough: the place in the batch, the text, how much.

        A text of n shingles resembles another one enough only when that has `fewest` of them, n times the
        least resemblance. So `fewest` - 1 of those looked up can be passed over without passing over a pair:
        those that the most texts have. Where all texts begin alike that saves nearly all of the counting, but
        how much a pair resembles each other is then left open: None.
        """
        known = np.flatnonzero(self._there[hashes & self._mask])
        hashes, owner = hashes[known], owner[known]
        low = np.searchsorted(self._hashes, hashes, "left")
        times = np.searchsorted(self._hashes, hashes, "right") - low
        fewest = np.ceil(self._least * sizes - 1e-9).astype(np.int64)
        shared = np.bincount(owner[times > 0], minlength=len(sizes))
        some = (times > 0) & (shared >= fewest)[owner]
        low, times, owner = low[some], times[some], owner[some]
        passed = np.zeros_like(sizes)
        if times.sum() > _MOST_PAIRS:
            passed = fewest - 1
            order = np.lexsort((times, owner))  # of each text the rare ones first
            low, times = low[order], times[order]
            shared = np.bincount(owner, minlength=len(sizes))
            rank = np.arange(len(owner)) - (np.cumsum(shared) - shared)[owner]
            needed = rank < (shared - passed)[owner]
            low, times, owner = low[needed], times[needed], owner[needed]
        ends = np.cumsum(times)
        start = 0
        while start < len(times):  # whole texts, as many as fit
            limit = ends[start] - times[start] + _MOST_PAIRS
            stop = int(np.searchsorted(ends, limit, "right"))
            if stop < len(times):
                following = int(np.searchsorted(owner, owner[start], "right"))
                stop = max(int(np.searchsorted(owner, owner[stop], "left")), following)
            part = slice(start, stop)
            yield from self._count(low[part], times[part], owner[part], sizes, passed)
            start = stop

    def _count(
        self, low: Numbers, times: Numbers, owner: Numbers, sizes: Numbers, passed: Numbers
    ) -> Iterator[tuple[int, int, float | None]]:
        """Yield the pairs that share enough, if all that was passed over is shared too."""
        within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        texts = self._owner[np.repeat(low, times) + within]
        base, width = int(owner[0]), len(self._sizes)
        keys = (np.repeat(owner, times) - base) * width + texts
        pairs, shared = _tally(keys, (int(owner[-1]) - base + 1) * width)
        place, text = np.divmod(pairs, width)
        place += base
        both = self._sizes[text] + sizes[place]
        most = shared + passed[place]
        enough = np.flatnonzero(most >= self._least / (1 + self._least) * both - 1e-9)
        place, text, most, both = place[enough], text[enough], most[enough], both[enough]
        resemblance = most / (both - most)
        for each in zip(
            place.tolist(), text.tolist(), resemblance.tolist(), passed[place].tolist(), strict=True
        ):
            yield (*each[:2], None if each[3] else each[2])


def _tally(keys: Numbers, width: int) -> tuple[Numbers, Numbers]:
    """Return the different keys, in order, and how often each occurs; keys are below `width`."""
    if width > 4 * len(keys):
        return np.unique(keys, return_counts=True)
    counts = np.bincount(keys, minlength=width)
    pairs = np.flatnonzero(counts)
    return pairs, counts[pairs]
