"""Shingles: the runs of three words in a row of a text, as they are, and as hashes of many texts at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SHINGLE = 3
"""The words in a shingle. A shorter text is one shingle."""

MOST_CHARACTERS = 5000
"""Texts are compared by so many characters from their start."""

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]

_BATCH = (2048, 1 << 18)  # the most texts, and about the most characters, that are hashed at once
# The bits of a shingle's hash; the text's place in its batch stands above them.
_OWNER, _SPARE = np.uint64(52), np.uint64(12)
_HASH = np.uint64((1 << 52) - 1)
_STEP = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2 to the 64
_SALTS = tuple(np.uint64(salt) for salt in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93))

_SPACE = bytes(code if chr(code).isalnum() or code >= 0x80 else 0x20 for code in range(256))
# Punctuation and symbols beyond ASCII, in the blocks that hold little else
_PUNCTUATION = re.compile(
    "[\u0080-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u2bff\u3000-\u3004\u3008-\u3020"
    "\ufe00-\ufe6f\uff00-\uff0f\uff1a-\uff20\U0001f000-\U0001faff]+"
)
# Scripts that are written without spaces: each of their characters is a word
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)


def words(text: str) -> list[bytes]:
    """Return the words of a text, without case and punctuation, as UTF-8.

    A text of nothing but symbols is one word; one of nothing but white space and control characters has none.
    """
    return _folded(text).split()


def mostly_unspaced(text: str) -> bool:
    """Return whether most words of a text are characters of a script that is written without spaces."""
    text = text[:MOST_CHARACTERS]
    return 2 * len(_UNSPACED.findall(text)) > len(words(text))


def _folded(text: str) -> bytes:
    """Return a text's words with white space between, every byte of which is a space."""
    folded = text[:MOST_CHARACTERS].casefold()
    if not folded.isascii():
        folded = _PUNCTUATION.sub(" ", unicodedata.normalize("NFKC", folded))
        if not folded.isascii():
            folded = _UNSPACED.sub(r" \g<0> ", folded)
    found = folded.encode("utf-8", "surrogatepass").translate(_SPACE)
    if found.isspace():
        symbols = (character for character in text[:MOST_CHARACTERS] if character > " ")
        found = "".join(symbols).encode("utf-8", "surrogatepass")
    return found


def shingles(text: str) -> set[tuple[bytes, ...]]:
    """Return the shingles of a text."""
    found = words(text)
    if len(found) < SHINGLE:
        return {tuple(found)} if found else set()
    return set(zip(found, found[1:], found[2:], strict=False))


def batches(texts: Sequence[str], start: int) -> Iterator[Sequence[str]]:
    """Yield the texts from `start` on, some at a time."""
    while start < len(texts):
        stop = characters = 0
        for stop in range(start, min(start + _BATCH[0], len(texts))):
            characters += min(len(texts[stop]), MOST_CHARACTERS)
            if characters >= _BATCH[1]:
                break
        yield texts[start : stop + 1]
        start = stop + 1


def hashed(texts: Sequence[str]) -> tuple[Hashes, Numbers, Numbers]:
    """Return the shingles of some texts as hashes, text by text and each once.

    Returns:
        The hashes, the place of the text that each is of, and the number of them in each text.
    """
    folded = [_folded(text) for text in texts]
    data = np.frombuffer(b" " + b" ".join(folded) + b" ", np.uint8)
    inside = data > 0x20
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1  # where words begin and end, by turns
    begin, end = edges[::2], edges[1::2]
    lengths = np.fromiter(map(len, folded), np.int64, len(folded)) + 1
    first = np.searchsorted(begin, np.cumsum(lengths) - lengths)  # the first word of each text
    counts = np.diff(first, append=len(begin))
    # The hash of a word is that of a polynomial: the difference of two sums, moved to its own start.
    powers, inverses = _powers(len(data))
    sums = np.cumsum(data * powers)
    word = _mixed((sums[end - 1] - sums[begin - 1]) * inverses[begin])
    shingle = word * _SALTS[0]
    for place in range(1, SHINGLE):
        shingle[:-place] += word[place:] * _SALTS[place]
    whole = np.ones(len(word), np.bool_)  # whether a shingle lies in one text
    for place in range(1, SHINGLE):
        whole[(first + counts - place)[counts >= place]] = False
    short = np.flatnonzero((counts > 0) & (counts < SHINGLE))
    shingle[first[short]] = (
        word[first[short]] + (counts[short] > 1) * word[first[short] + counts[short] - 1] * _SALTS[1]
    )
    whole[first[short]] = True
    owner = np.repeat(np.arange(len(texts), dtype=np.uint64), np.maximum(counts - SHINGLE + 1, counts > 0))
    keys = (owner << _OWNER) | (_mixed(shingle[whole]) >> _SPARE)
    keys.sort()
    keys = keys[np.flatnonzero(np.diff(keys, prepend=~keys[:1]))]
    owners = (keys >> _OWNER).astype(np.int64)
    return keys & _HASH, owners, np.bincount(owners, minlength=len(texts))


def _mixed(values: Hashes) -> Hashes:
    """Return the values with each bit depending on more of the others."""
    return (values ^ (values >> np.uint64(32))) * _SALTS[0]


def _powers(size: int) -> tuple[Hashes, Hashes]:
    """Return the first powers of `_STEP` modulo 2 to the 64, and their inverses."""
    powers, inverses = _many_powers(max(size, 2 * _BATCH[1]).bit_length())
    return powers[:size], inverses[:size]


@lru_cache(maxsize=1)
def _many_powers(bits: int) -> tuple[Hashes, Hashes]:
    steps = (_STEP, pow(_STEP, -1, 1 << 64))
    ones = np.ones((2, 1 << bits), np.uint64)
    for row, step in zip(ones, steps, strict=True):
        row[1:] = np.uint64(step)
        np.cumprod(row, out=row)
    return ones[0], ones[1]
