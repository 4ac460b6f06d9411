"""Texts that are nearly the same: equal but for case, white space and punctuation, or in half of their words.

Two texts are held against each other by their shingles, all runs of three words in a row (Broder, On the
resemblance and containment of documents, 1997). Their resemblance is Jaccard's: the shingles in both, over
the shingles in either. It is counted, not estimated, and no pair is missed: filters only pass over pairs that
cannot resemble each other enough.

The first filter is the prefix filter with positions (Xiao et al., Efficient similarity joins for near
duplicate detection, 2008). Every text's shingles are put in one order, those that few texts have first. Two
texts of a and b shingles that resemble each other by t have at least t / (1 + t) * (a + b) in common, so the
first that they share stands so near the beginning of both that so many can still follow. Shingles that many
texts have, as in a form letter, stand at the end and are never looked up unless they alone make two texts
nearly the same. The second is the bitmap filter (Sandes et al., Bitmap filter: speeding up exact set
similarity joins with bitwise operations, 2020): the bits in which two short signatures differ are at most the
shingles that only one of both has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowchart.dataset.shingles import Hashes, Numbers, batches, hashed, shingles

NEAR = 0.5
"""From this resemblance on two texts are nearly the same: one other word in a text of eleven, say."""

MOST_SHINGLES = 4_000_000
"""The shingles of texts to compare that are kept at a time: about 100 MB."""

_MOST_PAIRS = 1 << 18  # pairs that are looked at once
_FIRST_BATCH = 64  # few: texts of one form all find one among them, and need not be looked up again
_SIZES = (1 << 12) - 1  # sizes from here on are one size to the index
# The bits of a size in a key, those of a hash that the order leaves out, and what stands how high in it
_SIZE, _SPARE = np.uint64(12), np.uint64(6)
_OWNER, _RARITY = np.uint64(52), np.uint64(46)
_BITS = (128, 256, 512, 1024, 2048)  # in a signature: three times the usual text's shingles are plenty

Signatures = NDArray[np.uint64]
Reals = NDArray[np.floating[Any]]


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

    Takes about ten microseconds for each text of 20 words, on either side. Memory is bounded: of `texts` up
    to `MOST_SHINGLES` are kept at a time, and the others are looked through once for each time.

    Args:
        texts: The texts to compare.
        others: The texts to compare them with.
        least: The resemblance from which on two texts are nearly the same, above 0 and at most 1.
    """
    found: list[Pair] = []
    if not texts or not others:
        return found
    order = _Order((texts, others))
    start = 0
    while start < len(texts):
        index = _Index(texts, start, least, order)
        found += index.compare(others)
        start = index.stop
    return sorted(found)


class _Some(NamedTuple):
    """Some texts, as the search sees them.

    Attributes:
        tokens: The hashes of their shingles, text by text, those that few texts have first.
        owner: The place of the text that each is of.
        rank: The place of each within its text.
        sizes: The number of shingles in each text.
        signatures: A row of bits for each text.
    """

    tokens: Hashes
    owner: Numbers
    rank: Numbers
    sizes: Numbers
    signatures: Signatures


class _Order:
    """The one order of all shingles, and what is taken from it. How many texts have one is only estimated."""

    def __init__(self, sides: Sequence[Sequence[str]]) -> None:
        size = 1 << min(max((sum(map(len, sides)) * 4).bit_length(), 10), 23)
        self._mask = np.uint64(size - 1)
        counts = np.zeros(size, np.uint32)
        total = 0
        for side in sides:
            for batch in batches(side, 0):
                hashes, _, _ = hashed(batch)
                total += len(hashes)
                np.add.at(counts, (hashes >> _SPARE) & self._mask, np.uint32(1))
        self._rarity = np.zeros(size, np.uint8)
        for start in range(0, size, 1 << 16):  # in parts: as fractions all of them are many times the memory
            part = slice(start, start + (1 << 16))
            self._rarity[part] = np.minimum(4 * np.log2(np.maximum(counts[part], 1)), 63)
        usual = 3 * total / max(sum(map(len, sides)), 1)
        self._bits = next((bits for bits in _BITS if bits >= usual), _BITS[-1])

    def ordered(self, batch: Sequence[str]) -> _Some:
        """Return texts with their shingles in order."""
        hashes, owner, sizes = hashed(batch)
        tokens = hashes >> _SPARE
        rarity = self._rarity[tokens & self._mask].astype(np.uint64)
        keys = (owner.astype(np.uint64) << _OWNER) | (rarity << _RARITY) | tokens
        keys.sort()
        tokens = keys & np.uint64((1 << 46) - 1)
        rank = np.arange(len(tokens)) - (np.cumsum(sizes) - sizes)[owner]
        bit = (tokens >> np.uint64(20)).astype(np.int64) & (self._bits - 1)
        odd = np.bincount(owner * self._bits + bit, minlength=len(batch) * self._bits) & 1
        signatures = np.packbits(odd.astype(np.bool_)).view(np.uint64).reshape(len(batch), -1)
        return _Some(tokens, owner, rank, sizes, signatures)


class _Index:
    """The first shingles of some texts, to be looked up.

    Attributes:
        start: The index of the first text.
        stop: The index after the last one.
    """

    def __init__(self, texts: Sequence[str], start: int, least: float, order: _Order) -> None:
        self._texts = texts
        self._order = order
        self._least = least
        self._share = least / (1 + least)
        self.start = self.stop = start
        keys: list[Hashes] = []
        owners: list[NDArray[np.int32]] = []
        ranks: list[NDArray[np.int16]] = []
        sizes: list[Numbers] = []
        signatures: list[Signatures] = []
        total = 0
        for batch in batches(texts, start):
            some = order.ordered(batch)
            size = some.sizes[some.owner]
            # the others are of `least` of its size at the fewest: more then stand in front
            first = np.flatnonzero(size - some.rank >= self._needed(size, least * size))
            keys.append(_keys(some.tokens[first], size[first]))
            owners.append((some.owner[first] + (self.stop - start)).astype(np.int32))
            ranks.append(some.rank[first].astype(np.int16))
            sizes.append(some.sizes)
            signatures.append(some.signatures)
            total += len(first)
            self.stop += len(batch)
            if total >= MOST_SHINGLES:
                break
        self._sizes = np.concatenate(sizes)
        self._signatures = np.concatenate(signatures)
        self._gone = np.zeros(len(self._sizes), np.bool_)
        self._fresh = self._left = len(self._sizes)
        key = np.concatenate(keys)
        keys.clear()
        ordered = np.argsort(key).astype(np.uint32)
        self._keep(key[ordered], np.concatenate(owners)[ordered], np.concatenate(ranks)[ordered])

    def _needed(self, size: Numbers, other: Numbers | Reals) -> Reals:
        """Return the fewest shingles that texts of these sizes have in common if they are nearly the same."""
        needed: Reals = self._share * (size + other) - 1e-6
        return needed

    def _keep(self, keys: Hashes, owner: NDArray[np.int32], rank: NDArray[np.int16]) -> None:
        """Keep shingles, each with its text: by the hash, then by the text's size."""
        self._keys, self._owner, self._rank = keys, owner, rank
        size = 1 << (max(len(keys), 1).bit_length() + 3)
        self._mask = np.uint64(size - 1)
        # Most shingles looked up are in no text at all: a look at one byte tells.
        self._there = np.zeros(size, np.bool_)
        self._there[(keys >> _SIZE) & self._mask] = True

    def compare(self, others: Sequence[str]) -> Iterator[Pair]:
        """Yield the texts that are nearly the same as one of the others; each is looked for until then."""
        first, limit = 0, _FIRST_BATCH
        for whole in batches(others, 0):
            at = 0
            while at < len(whole):
                batch = whole[at : at + limit]
                for place, text in self._candidates(self._order.ordered(batch)):
                    if self._gone[text]:
                        continue
                    mine, its = shingles(self._texts[self.start + text]), shingles(batch[place])
                    resemblance = len(mine & its) / len(mine | its)
                    if resemblance >= self._least:
                        self._gone[text] = True
                        self._left -= 1
                        yield Pair(self.start + text, first + at + place, resemblance)
                if not self._left:
                    return
                if self._left < 0.8 * self._fresh:
                    self._fresh = self._left
                    stay = ~self._gone[self._owner]
                    self._keep(self._keys[stay], self._owner[stay], self._rank[stay])
                at += len(batch)
                limit *= 2
            first += len(whole)

    def _candidates(self, some: _Some) -> Iterator[tuple[int, int]]:
        """Yield the pairs that may resemble each other enough: the place in the batch, and the text."""
        known = np.flatnonzero(self._there[some.tokens & self._mask])
        tokens, owner, rank = some.tokens[known], some.owner[known], some.rank[known]
        size = some.sizes[owner]
        # of the other's sizes those with which so many shingles can still be in common
        most = np.minimum((size - rank + 2e-6) / self._share - size, size / self._least + 1e-6)
        fewest = np.ceil(self._least * size - 1e-6).astype(np.int64)
        fits = most >= fewest
        tokens, owner, fewest, most = tokens[fits], owner[fits], fewest[fits], most[fits]
        order = np.argsort(tokens)  # neighbours are found near each other: in order it takes half the time
        low, high = np.empty_like(order), np.empty_like(order)
        low[order] = np.searchsorted(self._keys, _keys(tokens, fewest)[order], "left")
        high[order] = np.searchsorted(self._keys, _keys(tokens, most.astype(np.int64))[order], "right")
        times = high - low
        there = times > 0
        low, times, owner = low[there], times[there], owner[there]
        ends = np.cumsum(times)
        start = 0
        while start < len(times):  # whole texts, as many as fit
            limit = ends[start] - times[start] + _MOST_PAIRS
            stop = int(np.searchsorted(ends, limit, "right"))
            if stop < len(times):
                following = int(np.searchsorted(owner, owner[start], "right"))
                stop = max(int(np.searchsorted(owner, owner[stop], "left")), following)
            part = slice(start, stop)
            yield from self._pairs(low[part], times[part], owner[part], some)
            start = stop

    def _pairs(self, low: Numbers, times: Numbers, owner: Numbers, some: _Some) -> Iterator[tuple[int, int]]:
        within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        at = np.repeat(low, times) + within
        text, place = self._owner[at], np.repeat(owner, times)
        mine, its = self._sizes[text], some.sizes[place]
        needed = self._needed(mine, its)
        fits = np.flatnonzero((mine - self._rank[at] >= needed) & ~self._gone[text])
        text, place, needed = text[fits], place[fits], needed[fits]
        apart = np.bitwise_count(self._signatures[text] ^ some.signatures[place]).sum(axis=1, dtype=np.int64)
        alike = np.flatnonzero(apart <= mine[fits] + its[fits] - 2 * needed)
        pairs = np.unique(place[alike] * len(self._sizes) + text[alike])
        places, texts = np.divmod(pairs, len(self._sizes))
        yield from zip(places.tolist(), texts.tolist(), strict=True)


def _keys(tokens: Hashes, sizes: Numbers) -> Hashes:
    """Return what the index is sorted by: the shingle, then the size of the text that it is of."""
    keys: Hashes = (tokens << _SIZE) | np.minimum(sizes, _SIZES).astype(np.uint64)
    return keys
