"""The tokens that rows have themselves: what is wrong with them, and which spans do not fit them."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import UNSET

from flowchart.dataset import rules
from flowchart.dataset.document import Range
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.task import Row, Token
from flowchart.dataset.tokens import covering

FEW = 5
"""Rows whose own tokens are odd that are told one by one; of more, one finding tells how many."""

SpanTuple = tuple[int, int, str]


class OwnTokens:
    """Reads the tokens of one file's rows.

    Attributes:
        wanted: Whether they are asked for.
    """

    def __init__(self, name: str, findings: FindingLog, *, wanted: bool) -> None:
        self.wanted = wanted
        self._name = name
        self._findings = findings
        self._odd = _Repeated()
        self._unusable = _Repeated()

    def read(self, number: int, text: str, row: Row) -> tuple[list[Token], bool]:
        """Return the row's tokens, and whether they are those of its text; none where nobody needs them."""
        if row.tokens is UNSET or not (row.spans or self.wanted):
            return [], True
        tokens, fault = rules.read_tokens(text, row.tokens)
        if fault:
            self._odd.add(number, fault, text)
        return tokens, not fault

    def fit(
        self, number: int, text: str, row: Row, tokens: list[Token], spans: list[SpanTuple]
    ) -> tuple[tuple[Range, ...], tuple[SpanTuple, ...] | None]:
        """Return the row's own tokens, if asked for, and the spans that do not fit them."""
        if not (row.spans or self.wanted):
            return (), None
        free = not self.wanted and all(_stands_free(text, span) for span in spans)
        if free and not any(" " in token.text for token in tokens):
            return (), ()  # most rows need no closer look
        own = covering(text, tokens)
        if own is None:
            if self.wanted:
                what = "the row's tokens do not cover its text" if tokens else "the row has no tokens"
                self._unusable.add(number, what, text)
            return (), None
        starts, ends = {start for start, _ in own}, {end for _, end in own}
        misfits = tuple(span for span in spans if span[0] not in starts or span[1] not in ends)
        return own if self.wanted else (), misfits

    def finish(self) -> None:
        """Tell once what many rows have alike: one finding a row would bury the others."""
        for kind, found, done in (
            ("tokens-disagree", self._odd, "went by the text and the span offsets"),
            ("tokens-unusable", self._unusable, "cut the text by spaCy's tokenizer"),
        ):
            alike = f" (and so on, {found.count:,} rows)" if found.count > FEW else ""
            for row, message, text in found.first[: 1 if alike else FEW]:
                self._findings.add(kind, self._name, row, message + alike, done, text=text)


@dataclass(slots=True)
class _Repeated:
    """What many rows may have alike: how many, and row, message and text of the first few."""

    count: int = 0
    first: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, row: int, message: str, text: str) -> None:
        if self.count < FEW:
            self.first.append((row, message, text))
        self.count += 1


def _stands_free(text: str, span: SpanTuple) -> bool:
    """Whether a span has a space, or nothing, on either side: it fits whatever tokens go over no space."""
    start, end, _ = span
    return (not start or text[start - 1] == " ") and (end == len(text) or text[end] == " ")
