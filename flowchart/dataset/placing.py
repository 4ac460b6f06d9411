"""Spans whose offsets are not at their own words: put where these prove that they are, or left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flowchart.dataset import offsets, rules
from flowchart.dataset.findings import FindingLog, quote
from flowchart.dataset.lenient import Problem
from flowchart.dataset.offsets import TOKENS, Place, Ways
from flowchart.dataset.task import Span, Token


class Placer:
    """Looks at the spans of one file that do not fit their words, and tells which count explains them."""

    def __init__(self, name: str, findings: FindingLog) -> None:
        self._name = name
        self._findings = findings
        self._row = 0
        self._ways = Ways("")
        self._tokens: Sequence[Token] = ()
        self._places: list[Place] | None = None
        self._causes: Counter[str] = Counter()
        self._odd = self._moved = self._left = 0

    def place(self, row: int, text: str, span: Span, tokens: Sequence[Token]) -> Place | Problem:
        """Return where a span is, with a finding when it was moved; the problem when nothing proves it.

        Args:
            row: The row.
            text: Its text.
            span: A span that lies outside of the text, or is not at its own words or tokens.
            tokens: The row's tokens.
        """
        if row != self._row:
            self._row, self._ways, self._tokens = row, Ways(text), tokens
            self._places = offsets.token_places(text, tokens) if tokens else None
        start, end = span.start, span.end
        inside = 0 <= start < end <= len(text)
        named = self._by_tokens(span)
        own = span.text if span.text and span.text.strip() else ""
        if inside and own:
            piece = text[start:end]
            if piece == own:
                return start, end
            if own != piece.strip() and offsets.spelled_otherwise(piece, own):
                message = f"{_shown(text, span)}, but names its text {quote(own)}"
                self._tell("span-text-spelling", text, row, span, message, "kept the offsets")
                return start, end
        elif inside and (named is None or self._stale(span, named)):
            return start, end
        ways: dict[str, Place] = {}
        if own:
            ways = self._ways.explain(
                start, end, lambda place: offsets.same_words(own, text[place[0] : place[1]])
            )
            if inside and own == text[start:end].strip():
                first = text.index(own, start)
                ways["there is white space at its edge"] = first, first + len(own)
            if named is not None and offsets.same_words(own, text[named[0] : named[1]]):
                ways[TOKENS] = named
        elif named is not None:
            ways = self._ways.explain(start, end, lambda place: place == named)
            if ways or self._consistent(span):
                ways[TOKENS] = named
        if own or named is not None:
            self._odd += 1
            self._causes.update(ways.keys())
        return self._decide(row, text, span, own or (text[named[0] : named[1]] if named else ""), ways)

    def finish(self) -> None:
        """Tell which one way of counting explains how many of the spans that are not at their own words."""
        ways = {name: count for name, count in self._causes.items() if name != TOKENS}
        parts = []
        if ways:
            name = offsets.most_likely(ways)
            parts.append(f"that {name} explains {ways[name]} of {self._odd}")
        if count := self._causes[TOKENS]:
            parts.append(f"{count} of {self._odd} are right by {TOKENS}")
        if parts:
            spans = f"{self._odd} span{'' if self._odd == 1 else 's'}"
            message = f"{spans} with offsets that are not at their own words: {'; '.join(parts)}"
            done = f"moved {self._moved} to their words, left {self._left} out; better export them anew"
            self._findings.add("offsets-otherwise", self._name, 0, message, done)

    def _by_tokens(self, span: Span) -> Place | None:
        if self._places is None:
            return None
        return offsets.by_tokens(self._places, self._tokens, span)

    def _consistent(self, span: Span) -> bool:
        """Whether a span has the offsets of its tokens, however these were counted."""
        first, last = span.token_start, span.token_end
        if first is None or last is None:
            return True
        return self._tokens[first].start == span.start and self._tokens[last].end == span.end

    def _stale(self, span: Span, named: Place) -> bool:
        """Whether a span's edges were changed, and its token numbers left as they were."""
        over = span.start < named[1] and named[0] < span.end
        return (
            over
            and not self._consistent(span)
            and not self._ways.explain(span.start, span.end, lambda place: place == named)
        )

    def _decide(self, row: int, text: str, span: Span, own: str, ways: dict[str, Place]) -> Place | Problem:
        places = set(ways.values())
        place = next(iter(places)) if len(places) == 1 else ways.get(TOKENS)
        if len(places) > 1 and place is None:  # what explains most of the others, if one does
            most = max(self._causes[name] for name in ways)
            leading = {ways[name] for name in ways if self._causes[name] == most}
            place = leading.pop() if len(leading) == 1 else None
        inside = 0 <= span.start < span.end <= len(text)
        there = _shown(text, span) if inside else rules.outside(text, span)
        message = f"{there}, but its own text is {quote(own)}" if own else there
        if place is None:
            kind = "span-text-disagrees" if inside else "span-out-of-text"
            self._left += bool(own)
            return Problem(kind, message, (span.start, span.end), span.label)
        self._moved += 1
        known = {name: self._causes[name] for name in ways if name != TOKENS}
        message += f" (told by: {offsets.most_likely(known) if known else TOKENS})"
        self._tell("span-moved", text, row, span, message, f"moved it to {place[0]}:{place[1]}", place)
        return place

    def _tell(  # noqa: PLR0917 - all of them are different things
        self, kind: str, text: str, row: int, span: Span, message: str, done: str, place: Place | None = None
    ) -> None:
        where = place or (span.start, span.end)
        self._findings.add(kind, self._name, row, message, done, text=text, span=where, label=span.label)


def _shown(text: str, span: Span) -> str:
    return f"the span {span.start}:{span.end} is {quote(text[span.start : span.end])}"
