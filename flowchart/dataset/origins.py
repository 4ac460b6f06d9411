"""Where texts are from: what rows say of it, and which of its values stand on both sides.

Sentences of one letter, article or author are alike. A model that has seen some of them does better on the
others than on new letters, so that an evaluation set split sentence by sentence promises too much.

A key of `meta` is taken to say where a text is from when its values repeat, one and a half texts to a value
or more, and

- there are at least `FEWEST` different ones, none of them of more than half of the texts: "source": "wiki"
  of all, or one of three, is a category, and every text to come is of one of those too;
- its name has a word for it (`WORDS`), as in document_id, docId or source-url; or its values are texts, and
  the rows of one value stand together in their files, as those of a document do. The number of a sentence in
  its document repeats as well, but its rows never stand together.

Beside `meta`, a key of the rows themselves is looked at where its name has such a word.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from msgspec import UNSET, Raw, UnsetType
from numpy.typing import NDArray

from flowchart.dataset.document import Document
from flowchart.dataset.lenient import UnreadableError, load_object

FEWEST = 5
"""Different values that a key has at least."""

REPEATED = 1.5
"""Texts to a value, in the mean, from which on values repeat."""

LARGEST = 0.5
"""The largest share of the texts that one value has."""

TOGETHER = 0.5
"""The share of neighbouring rows with one value, of as many as there can be, by which rows stand together."""

MOST_KEYS = 12
"""The keys that are looked at: the first ones."""

FIRST_ROWS = 100
"""The rows from the start of which the own keys are looked at: those that say where a text is from."""

_WORDS = """
abstract article author book case conversation dialog dialogue doc docid document doi email episode file
fileid filename group letter link message paper patient path pmcid pmid post report source speaker story
subject thread ticket title uri url user video
"""

WORDS = frozenset(_WORDS.split())
"""Words in the names of keys that say where a text is from."""

_OF_TASKS = frozenset(
    ["path", "user_input", "text", "spans", "tokens", "answer", "meta", "options", "accept"]
)
"""Keys that Prodigy has for something else."""

_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

_Hashes = NDArray[np.int64]


class Shared(NamedTuple):
    """A key of which values stand on both sides.

    Attributes:
        key: The key, with dots.
        shared: The different values of the evaluation texts that training texts have too.
        values: The different values of the evaluation texts.
        texts: The evaluation texts of shared values.
    """

    key: str
    shared: int
    values: int
    texts: int


class _Column:
    """What rows say for one key: for each row that has it the hash of its text and that of its value."""

    __slots__ = ("repeats", "rows", "text", "texts", "values")

    def __init__(self) -> None:
        self.texts, self.values = array("q"), array("q")
        self.text = True  # whether all values are texts
        self.rows = self.repeats = 0  # and how many have the value of the row before

    def add(self, text: int, value: object) -> None:
        known = hash(value)
        self.repeats += bool(self.values) and self.values[-1] == known
        self.rows += 1
        self.texts.append(text)
        self.values.append(known)
        self.text = self.text and isinstance(value, str)

    def by_text(self) -> tuple[_Hashes, _Hashes]:
        """Return each text once, in order, with the value of its first row."""
        texts, first = np.unique(np.frombuffer(self.texts, np.int64), return_index=True)
        return texts, np.frombuffer(self.values, np.int64)[first]


class Origins:
    """What the rows of a dataset say about where their texts are from.

    Attributes:
        by: The key that texts are grouped by, with dots; "" for none.
    """

    def __init__(self, by: str = "") -> None:
        self.by = by
        self._columns: dict[str, _Column] = {}
        self._rows = 0
        self._own: tuple[str, ...] = ()  # the rows' own keys that say where they are from
        self._read: Any = None  # reads these
        self._groups: dict[int, str] = {}  # by the text's hash; of the first row that has the key

    def note(self, text: str, meta: Raw | UnsetType, line: bytes | memoryview) -> None:
        """Take in a row.

        Args:
            text: Its text.
            meta: Its meta, undecoded.
            line: The row as it is written, of which other keys are read where they say where it is from.
        """
        found = None if meta is UNSET else _decoded(meta)
        known = hash(text)
        if isinstance(found, dict):
            for name, value in found.items():
                self._add(f"meta.{name}", known, value)
        self._rows += 1
        if self._rows <= FIRST_ROWS:
            self._look(line)
        if self._own:
            own = self._read(line)
            for place, name in enumerate(self._own):
                self._add(name, known, getattr(own, f"key{place}", None))
        if self.by:
            first, *rest = self.by.split(".")
            value = _at({"meta": found} if first == "meta" else _row(line), (first, *rest))
            if value is not None:
                self._groups.setdefault(known, json.dumps(value, sort_keys=True))

    def _add(self, key: str, text: int, value: object) -> None:
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            column = self._columns.get(key)
            if column is None:
                if len(self._columns) >= MOST_KEYS:
                    return
                column = self._columns[key] = _Column()
            column.add(text, value)

    def _look(self, line: bytes | memoryview) -> None:
        """Look for keys of a row that say where it is from."""
        row = _row(line)
        names = [name for name in row or () if name not in self._own and _is_origin(name)]
        if names and len(self._own) < MOST_KEYS:
            self._own += tuple(names)
            fields = [
                (f"key{place}", Any, msgspec.field(default=None, name=name))
                for place, name in enumerate(self._own)
            ]
            decode = msgspec.json.Decoder(msgspec.defstruct("Own", fields, gc=False)).decode
            self._read = lambda line: _quietly(decode, line)

    def groups(self, documents: Iterable[Document]) -> list[str]:
        """Return the group of each document, as JSON; "" for those whose rows do not have the key."""
        return [self._groups.get(hash(document.text), "") for document in documents]

    def keys(self) -> list[str]:
        """Return the keys that may say where a text is from, with dots."""
        return list(self._columns)

    def shared(self, train: Sequence[Document], evaluation: Sequence[Document]) -> list[Shared]:
        """Return the keys that say where texts are from, and of which values stand on both sides."""
        if not self._columns and not self._groups:
            return []
        sides = [
            np.array([hash(document.text) for document in side], np.int64) for side in (train, evaluation)
        ]
        found = []
        if self.by:
            numbers: dict[str, int] = {}
            texts = np.fromiter(self._groups, np.int64, len(self._groups))
            places = [numbers.setdefault(value, len(numbers)) for value in self._groups.values()]
            values = np.array(places, np.int64)
            order = np.argsort(texts)
            found.append(_on_both(self.by, texts[order], values[order], sides))
        for key, column in self._columns.items():
            if key != self.by and 2 * column.rows >= len(train) + len(evaluation):
                texts, values = column.by_text()
                if _says_where(key.removeprefix("meta."), column, values):
                    found.append(_on_both(key, texts, values, sides))
        return [each for each in found if each.shared]


def _says_where(name: str, column: _Column, values: _Hashes) -> bool:
    counts = np.unique(values, return_counts=True)[1]
    count, different = len(values), len(counts)
    if different < FEWEST or count < REPEATED * different or counts.max() > LARGEST * count:
        return False
    if _has_word(name):
        return True
    return column.text and column.repeats >= TOGETHER * (column.rows - different)


def _has_word(name: str) -> bool:
    return bool(WORDS & {part.lower() for part in _PARTS.findall(name)})


def _is_origin(name: str) -> bool:
    """Whether a row's own key is called like an origin, and can be named with --group-by."""
    return not name.startswith("_") and "." not in name and name not in _OF_TASKS and _has_word(name)


def _on_both(key: str, texts: _Hashes, values: _Hashes, sides: Sequence[_Hashes]) -> Shared:
    """Return which values both sides have, where texts, in order, have these values."""
    here = []
    for side in sides:
        place = np.minimum(np.searchsorted(texts, side), max(len(texts) - 1, 0))
        here.append(values[place[texts[place] == side]] if len(texts) else values)
    train, evaluation = here
    both = np.intersect1d(train, evaluation)
    return Shared(key, len(both), len(np.unique(evaluation)), int(np.isin(evaluation, both).sum()))


def _quietly(decode: Any, line: bytes | memoryview) -> Any:  # noqa: ANN401 - whatever stands there
    try:
        return decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _decoded(raw: Raw) -> Any:  # noqa: ANN401 - whatever stands there
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _row(line: bytes | memoryview) -> Any:  # noqa: ANN401 - whatever stands there
    try:
        return load_object(line)
    except (UnreadableError, RecursionError):
        return None


def _at(data: object, path: Sequence[str]) -> object:
    """Return what stands at a path of keys; None for nothing, and for a value that groups nothing."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return None if data == "" or isinstance(data, (dict, list)) else data
