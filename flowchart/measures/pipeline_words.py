"""How far the words of the data are from those that a pipeline has met. A comparison with low confidence.

What a pipeline was trained on is not in it, but its string store is: all words of its training, among other
strings. Unknown words and the distance of character trigrams tell texts of another kind, another language,
another spelling; after Plank and van Noord 2011, "Effective Measures of Domain Similarity for Parsing" (ACL).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

FEWEST_KNOWN = 1000
"""Words that a string store has at least, if it is to stand for what the pipeline was trained on."""

SHORTEST = 4
"""Letters of the words that trigrams are counted in: the store also has all words' last three letters."""

_SHAPE = re.compile(r"[Xxd]+")
"""The store also has the words' shapes, as Xxxx."""


def compare(
    words: Mapping[str, int], known: Collection[str], vector: Callable[[str], bool]
) -> dict[str, Any]:
    """Compare the words of the data with a pipeline's.

    Args:
        words: How often each word of letters occurs.
        known: The strings of the pipeline before it has seen these texts.
        vector: Whether it has a vector for a word.

    Returns:
        `words` and `types` (of the data), `known` (the pipeline's words), `unknown_types` and `unknown_words`
        (the shares, 0 to 1, that are in the pipeline neither as they stand nor in lower case, nor have a
        vector), `trigrams` (the Jensen-Shannon divergence of the trigrams of both sets of words, base 2, 0
        for the same to 1 for none in common). The last three are None when the pipeline has too few words.
    """
    own = _longer(known)
    total = sum(words.values())
    fact: dict[str, Any] = {"words": total, "types": len(words), "known": len(own)}
    if len(own) < FEWEST_KNOWN or not words:
        return {**fact, "unknown_types": None, "unknown_words": None, "trigrams": None}
    strange = [word for word in words if not (word in known or word.lower() in known or vector(word))]
    theirs = _longer(words)
    return {
        **fact,
        "unknown_types": round(len(strange) / len(words), 4),
        "unknown_words": round(sum(words[word] for word in strange) / total, 4),
        "trigrams": round(divergence(trigrams(theirs), trigrams(own)), 4) if theirs else None,
    }


def trigrams(words: Iterable[str]) -> Counter[str]:
    """Count the trigrams of words, with a space at either end."""
    counts: Counter[str] = Counter()
    for word in words:
        padded = f" {word} "
        counts.update([padded[at : at + 3] for at in range(len(word))])
    return counts


def divergence(left: Mapping[str, int], right: Mapping[str, int]) -> float:
    """Return the Jensen-Shannon divergence of two counts, in bits, 0 to 1.

    Lin 1991, "Divergence Measures Based on the Shannon Entropy" (IEEE Transactions on Information Theory 37).
    """
    total = 0.0
    for counts, others in ((left, right), (right, left)):
        size, other = sum(counts.values()), sum(others.values())
        for gram, number in counts.items():
            share = number / size
            total += share / 2 * math.log2(2 * share / (share + others.get(gram, 0) / other))
    return min(max(total, 0.0), 1.0)


def _longer(words: Iterable[str]) -> set[str]:
    """Return the words long enough, in lower case and without shapes."""
    return {
        word.lower()
        for word in words
        if len(word) >= SHORTEST and word.isalpha() and not _SHAPE.fullmatch(word)
    }
