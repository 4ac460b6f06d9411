"""Fair samples of texts: an order of which every beginning has its share of each label, and the split.

The texts are laid in a row by their labels, those with the rarest label first, and at random within equal
labels. They are then drawn in the order of bit-reversed positions (van der Corput's sequence), which after
any number of draws has covered the row evenly. So each beginning holds about its share of every label, and
after a half or a quarter exactly every second or fourth text of the row.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

from flowchart.dataset.document import Document


def subset_order(documents: Sequence[Document], seed: int) -> list[int]:
    """Return the documents' indices in an order of which every beginning is a fair sample: subsets nest.

    The order depends on the texts, their spans and the seed, not on the order they are given in.

    Args:
        documents: The documents.
        seed: Any integer; another seed gives another order.
    """
    count = len(documents)
    salt = hashlib.sha256(str(seed).encode()).digest()[:16]
    texts_with = _texts_with(documents)

    def rarest_first(labels: frozenset[str]) -> list[tuple[int, str]]:
        return sorted((texts_with[label], label) for label in labels) or [(count + 1, "")]

    together = {frozenset(_labels(document)) for document in documents}
    rank = {labels: place for place, labels in enumerate(sorted(together, key=rarest_first))}
    # One string of bytes for each text, not a tuple: a million of those are 200 MB.
    keys = [
        rank[frozenset(_labels(document))].to_bytes(4)
        + hashlib.blake2b(document.text.encode("utf-8"), digest_size=16, salt=salt).digest()
        for document in documents
    ]
    row = sorted(range(count), key=keys.__getitem__)
    if any(keys[one] == keys[other] for one, other in pairwise(row)):  # equal texts
        row.sort(key=lambda index: (keys[index], documents[index].text, documents[index].spans))
    # A random place to begin gives each text the same chance, however many bits its position has.
    shift = int.from_bytes(salt) % max(count, 1)
    return [row[(position + shift) % count] for position in _reversed(count)]


def split(documents: Sequence[Document], share: float, seed: int) -> tuple[list[Document], list[Document]]:
    """Part documents, whose texts are all different, into a training and an evaluation set.

    Stratified by label, and so that each label with two texts or more has one on either side, as far as the
    size of the sides allows. Which text goes where depends on the texts and the seed alone, not on the order
    of rows, and both sets come in an order that does not either.

    Args:
        documents: The documents, at least two.
        share: The share of the evaluation set, above 0 and below 1. Both sets get one document at least.
        seed: Any integer.

    Raises:
        ValueError: There are fewer than two documents, or the share is not between 0 and 1.
    """
    count = len(documents)
    if count < 2:
        raise ValueError(f"{count} documents cannot be split")
    if not 0 < share < 1:
        raise ValueError(f"a share of {share} is not between 0 and 1")
    drawn = [documents[index] for index in subset_order(documents, seed)]
    size = min(max(round(count * share), 1), count - 1)
    return balanced(drawn[size:], drawn[:size])


def balanced(train: list[Document], evaluation: list[Document]) -> tuple[list[Document], list[Document]]:
    """Return two sides with each label of two documents or more on either, as far as swaps bring that."""
    sides = _Side(train), _Side(evaluation)
    texts_with = _texts_with([*train, *evaluation])
    for label in sorted(texts_with, key=lambda label: (texts_with[label], label)):
        if texts_with[label] > 1:
            for here, there in (sides, sides[::-1]):
                if not there.texts_with[label]:
                    _exchange(label, here, there, texts_with)
    return sides[0].documents, sides[1].documents


class _Side:
    """One side of a split.

    Attributes:
        documents: Its documents.
        texts_with: How many of them have each label.
        stuck: Whether none of them can be given away without taking away a label.
    """

    def __init__(self, documents: list[Document]) -> None:
        self.documents = documents
        self.texts_with = _texts_with(documents)
        self.stuck = False

    @cached_property
    def labels(self) -> list[set[str]]:
        """The labels of each document; most splits never ask."""
        return [_labels(document) for document in self.documents]

    def replace(self, place: int, document: Document) -> None:
        """Put a document in another one's place."""
        labels = _labels(document)
        self.texts_with.subtract(self.labels[place])
        self.texts_with.update(labels)
        self.labels[place] = labels
        self.documents[place] = document
        self.stuck = False


def _exchange(label: str, here: _Side, there: _Side, texts_with: Counter[str]) -> None:
    """Swap a text with the label for one from the side without, unless that takes away another label."""
    for coming, labels in enumerate(here.labels):
        if label not in labels or (there.stuck and len(labels) == 1):
            continue
        if not _can_go(labels, set(), here, texts_with):
            continue
        for going in range(len(there.documents) - 1, -1, -1):
            if _can_go(there.labels[going], labels, there, texts_with):
                leaving = there.documents[going]
                there.replace(going, here.documents[coming])
                here.replace(coming, leaving)
                return
        there.stuck = True


def _can_go(labels: set[str], instead: set[str], side: _Side, texts_with: Counter[str]) -> bool:
    """Whether a side has each label without a text too: one that comes instead may have it."""
    return all(side.texts_with[each] > 1 or texts_with[each] < 2 for each in labels - instead)


def _labels(document: Document) -> set[str]:
    return {span[2] for span in document.spans}


def _texts_with(documents: Sequence[Document]) -> Counter[str]:
    """Return in how many of the documents each label occurs."""
    return Counter(label for document in documents if document.spans for label in _labels(document))


def _reversed(count: int) -> list[int]:
    """Return the numbers below `count` in the order of their bits read backwards."""
    numbers = [0]
    while len(numbers) < count:
        numbers = [2 * number for number in numbers] + [2 * number + 1 for number in numbers]
    return [number for number in numbers if number < count]
