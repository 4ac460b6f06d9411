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

from flowchart.dataset.document import Document


def subset_order(documents: Sequence[Document], seed: int) -> list[int]:
    """Return the documents' indices in an order of which every beginning is a fair sample: subsets nest.

    The order depends on the texts, their spans and the seed, not on the order they are given in.

    Args:
        documents: The documents.
        seed: Any integer; another seed gives another order.
    """
    count = len(documents)
    texts_with = Counter(label for document in documents for label in {span[2] for span in document.spans})
    keys = []
    for index, document in enumerate(documents):
        labels = sorted({span[2] for span in document.spans}, key=lambda label: (texts_with[label], label))
        rarest_first = tuple((texts_with[label], label) for label in labels) or ((count + 1, ""),)
        keys.append((rarest_first, _draw(document.text, seed), document.text, document.spans, index))
    keys.sort()
    bits = max(count - 1, 1).bit_length()
    # A random place to begin gives each text the same chance, however many bits its position has.
    shift = int.from_bytes(_salt(seed)) % max(count, 1)
    positions = sorted(range(count), key=lambda position: _reversed(position, bits))
    return [keys[(position + shift) % count][-1] for position in positions]


def split(documents: Sequence[Document], share: float, seed: int) -> tuple[list[Document], list[Document]]:
    """Part documents, whose texts are all different, into a training and an evaluation set.

    Stratified by label. Which text goes where depends on the texts and the seed alone, not on the order of
    rows, and both sets come in an order that does not either.

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
    order = subset_order(documents, seed)
    size = min(max(round(count * share), 1), count - 1)
    return [documents[index] for index in order[size:]], [documents[index] for index in order[:size]]


def _draw(text: str, seed: int) -> bytes:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16, salt=_salt(seed)).digest()


def _salt(seed: int) -> bytes:
    return hashlib.sha256(str(seed).encode()).digest()[:16]


def _reversed(number: int, bits: int) -> int:
    return int(format(number, f"0{bits}b")[::-1], 2)
