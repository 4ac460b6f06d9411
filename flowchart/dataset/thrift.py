"""Keeps a million rows small: equal values are one object, and what is known of a hash is one number."""

from __future__ import annotations

from typing import TypeVar

from flowchart.dataset.lenient import has_lone_surrogate
from flowchart.dataset.task import input_hash, input_hash_v1

MOST = 1 << 16
"""The different values that are remembered: of a text of 200 characters and a dozen labels most spans."""

_BITS = 30  # of a text's hash; with a row's number above them they are an integer of 8 bytes

T = TypeVar("T", bound=object)


class One:
    """Gives the same object for equal values, as long as there are not too many different ones."""

    def __init__(self) -> None:
        self._known: dict[object, object] = {}

    def of(self, value: T) -> T:
        """Return a value, or the one that was equal to it."""
        if len(self._known) < MOST:
            return self._known.setdefault(value, value)  # type: ignore[return-value]
        return self._known.get(value, value)  # type: ignore[return-value]


class StoredHashes:
    """The input hashes that rows of one file store.

    Attributes:
        strange: How many of them follow no known rule, each counted once.
    """

    def __init__(self) -> None:
        self.strange = 0
        self._known: dict[int, int] = {}  # of a stored hash the row that first had it, and its text's hash

    def check(self, number: int, stored: object, text: str) -> int:
        """Take what a row stores; return the row of another text that has the same, or 0."""
        if not isinstance(stored, int) or has_lone_surrogate(text):
            return 0
        mine = hash(text) & ((1 << _BITS) - 1)
        first, its = divmod(self._known.setdefault(stored, number << _BITS | mine), 1 << _BITS)
        if its != mine:
            return first
        if first == number and stored != input_hash(text) and stored != input_hash_v1(text):
            self.strange += 1
        return 0
