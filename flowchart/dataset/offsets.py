"""Offsets that were counted in another way: which way explains them, and where the span really is.

Offsets are code points, the end exclusive. A span that names its own text, or the tokens that it is made of,
says itself what stands there. Where something else does, it was counted otherwise, and the ways that tools
count are tried: one that leads to the very words proves the place.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

from flowchart.dataset.task import Span, Token

Place = tuple[int, int]

COUNT = "the offsets count"
"""How the ways begin that depend on what is in the text: these are more particular than those that shift."""

TOKENS = "token_start and token_end"
"""Told as a cause beside the others: the span's tokens are right where its offsets are not."""


def _utf16(text: str, place: int) -> int:
    return 2 if text[place] > "\uffff" else 1


def _utf8(text: str, place: int) -> int:
    code = ord(text[place])
    return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4


def _crlf(text: str, place: int) -> int:
    return 0 if text.startswith("\r\n", place) else 1


def _lf_as_two(text: str, place: int) -> int:
    return 2 if text[place] == "\n" and not (place and text[place - 1] == "\r") else 1


def _no_line_ends(text: str, place: int) -> int:
    return 0 if text[place] in "\r\n" else 1


def _no_white(text: str, place: int) -> int:
    return 0 if text[place].isspace() else 1


def _white_once(text: str, place: int) -> int:
    return 0 if place and text[place].isspace() and text[place - 1].isspace() else 1


def _no_marks(text: str, place: int) -> int:
    return 0 if unicodedata.combining(text[place]) else 1


def _html(text: str, place: int) -> int:
    return {"&": 5, "<": 4, ">": 4}.get(text[place], 1)


_WIDTHS: dict[str, Callable[[str, int], int]] = {
    "UTF-16 units": _utf16,
    "UTF-8 bytes": _utf8,
    "a CRLF as one character": _crlf,
    "a line feed as two characters": _lf_as_two,
    "no line ends": _no_line_ends,
    "no white space": _no_white,
    "white space in a row once": _white_once,
    "letters with their combining marks as one": _no_marks,
    "HTML's &amp; for an ampersand": _html,
}
"""By what the offsets count: how much a character counts, given the text and its place."""

_SHIFTS: dict[str, Place] = {
    "the end is the last character": (0, 1),
    "the offsets are one too high": (-1, -1),
    "the offsets are one too low": (1, 1),
    "the offsets count from 1, the end is the last character": (-1, 0),
    "the end is one too far": (0, -1),
}


def most_likely(ways: Mapping[str, int]) -> str:
    """Return the way that explains most, given how many spans each does; of equals the most particular."""
    return max(ways, key=lambda name: (ways[name], name.startswith(COUNT), -len(name)))


class Ways:
    """The ways of counting, tried on one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._counted: dict[str, list[int]] | None = None

    def explain(self, start: int, end: int, fits: Callable[[Place], bool]) -> dict[str, Place]:
        """Return the ways that lead a span's offsets to the right words, each with the place.

        Args:
            start: The start as written, however it was counted.
            end: The end.
            fits: Tells the right place.
        """
        found = {}
        for name, place in self._places(start, end):
            first, last = place
            if 0 <= first < last <= len(self._text) and place != (start, end):
                white = self._text[first].isspace() or self._text[last - 1].isspace()
                if not white and fits(place):
                    found[name] = place
        return found

    def _places(self, start: int, end: int) -> Iterator[tuple[str, Place]]:
        for name, (first, last) in _SHIFTS.items():
            yield name, (start + first, end + last)
        if self._text[:1].isspace():
            white = len(self._text) - len(self._text.lstrip())
            yield "the offsets leave out the white space at the start", (start + white, end + white)
        if self._counted is None:
            self._counted = _counted(self._text)
        for name, counted in self._counted.items():
            for inclusive in (0, 1):
                if not 0 <= start < end + inclusive <= counted[-1]:
                    continue
                first, last = bisect_right(counted, start) - 1, bisect_left(counted, end + inclusive)
                if counted[first] == start and counted[last] == end + inclusive:
                    more = ", the end is the last character" if inclusive else ""
                    yield f"{COUNT} {name}{more}", (first, last)


def _counted(text: str) -> dict[str, list[int]]:
    """Return for each way of counting what is counted before each character, and before the end.

    Ways by which the text has as many characters as it has are left out.
    """
    found = {}
    for name, width in _WIDTHS.items():
        counted = list(accumulate((width(text, place) for place in range(len(text))), initial=0))
        if counted[-1] != len(text):
            found[name] = counted
    return found


def same_words(one: str, other: str) -> bool:
    """Return whether two pieces of text are the same but for white space."""
    return one == other or "".join(one.split()) == "".join(other.split()) != ""


def spelled_otherwise(one: str, other: str) -> bool:
    """Return whether two pieces are the same words, written otherwise: case, white space, Unicode's forms."""
    return _plain(one) == _plain(other) != ""


def _plain(piece: str) -> str:
    return "".join(unicodedata.normalize("NFKC", piece).casefold().split())


def token_places(text: str, tokens: Sequence[Token]) -> list[Place] | None:
    """Return where tokens stand in their text, whatever their offsets; None when they are not its tokens.

    They are when they follow each other from its start to its end, with white space between them at most.
    """
    places = []
    at = 0
    for token in tokens:
        word = token.text
        if not word.strip():
            stop = at + len(word) if word and text.startswith(word, at) else at
            places.append((at, stop))
            at = stop
            continue
        while at < len(text) and text[at].isspace() and not text.startswith(word, at):
            at += 1
        if not text.startswith(word, at):
            return None
        places.append((at, at + len(word)))
        at += len(word)
    return places if not text[at:].strip() else None


def by_tokens(places: Sequence[Place], tokens: Sequence[Token], span: Span) -> Place | None:
    """Return the place that a span's tokens say, where it is another than its offsets.

    Args:
        places: Where the tokens stand.
        tokens: The tokens as written.
        span: The span. Its last token may be the one after it, as some tools write.

    Returns:
        The place; None when the span names no tokens, or its offsets say the same. Without numbers of tokens
        a span that begins and ends with tokens by their own, wrong, offsets is made of these.
    """
    start, end, first, last = span.start, span.end, span.token_start, span.token_end
    if first is None or last is None:
        begins = [number for number, token in enumerate(tokens) if token.start == start]
        ends = [number for number, token in enumerate(tokens) if token.end == end]
        if not begins or not ends:
            return None
        first, last = begins[-1], ends[0]
    if not 0 <= first <= last < len(places):
        return None
    named = places[first][0], places[last][1]
    before = (places[first][0], places[last - 1][1]) if last > first else None
    return None if (start, end) in (named, before) or named[0] >= named[1] else named
