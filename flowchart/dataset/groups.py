"""One text and what its rows say about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flowchart.dataset.document import Range
from flowchart.dataset.sayings import Review

SpanTuple = tuple[int, int, str]
Source = tuple[int, int]


@dataclass(slots=True)
class Said:
    """What one row says about its text.

    Attributes:
        source: The file's index and the row.
        spans: Its spans, sorted, each once.
        annotator: Who, or "".
        when: When, in seconds; None where it does not say.
        review: What was reviewed, when it is a reviewed row.
        accepted: Whether it was accepted; rejected otherwise.
        unknown: The places that it says something unusable about.
        tokens: Its own tokens, where they are to be used.
        misfits: The spans that do not fit its own tokens; None where these cannot be used.
    """

    source: Source
    spans: tuple[SpanTuple, ...]
    annotator: str = ""
    when: float | None = None
    review: Review | None = None
    accepted: bool = True
    unknown: tuple[Range, ...] = ()
    tokens: tuple[Range, ...] = ()
    misfits: tuple[SpanTuple, ...] | None = None


@dataclass(slots=True)
class Versions:
    """What several rows say about one text.

    Attributes:
        votes: How many rows have each span.
        origins: The row that first had each span that the text's first row has not.
    """

    votes: Counter[SpanTuple]
    origins: dict[SpanTuple, Source]


@dataclass(slots=True)
class Group:
    """One text and everything accepted about it.

    Attributes:
        source: The file's index and the row that came first, of those that count.
        spans: Every span that any row that counts gave, sorted, each once.
        annotator: Who wrote its first row, or "".
        when: When; None where it does not say.
        review: What was reviewed, when it is a reviewed row.
        more: The rows after the first one.
        versions: What the rows gave, when more than one counts.
        unknown: The places that any row that counts says something unusable about.
        tokens: The first row's own tokens, where they are to be used.
        misfits: The spans that do not fit their row's own tokens; None where these cannot be used.
    """

    source: Source
    spans: tuple[SpanTuple, ...]
    annotator: str = ""
    when: float | None = None
    review: Review | None = None
    more: list[Said] | None = None
    versions: Versions | None = None
    unknown: tuple[Range, ...] = ()
    tokens: tuple[Range, ...] = ()
    misfits: tuple[SpanTuple, ...] | None = None

    def said(self) -> list[Said]:
        """Return what each row says, as long as they are not united."""
        first = Said(
            self.source,
            self.spans,
            self.annotator,
            self.when,
            self.review,
            unknown=self.unknown,
            tokens=self.tokens,
            misfits=self.misfits,
        )
        return [first, *(self.more or ())]

    def votes(self, span: SpanTuple) -> int:
        """Return how many rows gave a span."""
        return self.versions.votes[span] if self.versions is not None else 1

    def origin(self, span: SpanTuple) -> Source:
        """Return the file's index and the row that gave a span first."""
        return self.versions.origins.get(span, self.source) if self.versions is not None else self.source
