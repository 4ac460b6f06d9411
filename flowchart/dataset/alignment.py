"""Spans against spaCy's tokens: what lies off the token grid, or over another span, cannot be learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import spacy
from spacy.tokens import Doc

from flowchart.dataset.findings import FindingLog, quote
from flowchart.dataset.funnel import Funnel
from flowchart.errors import UserError

SpanTuple = tuple[int, int, str]


class Aligner:
    """Keeps the spans of a text that spaCy's NER can be trained on.

    Only texts with spans are tokenised: the others cannot be misaligned.

    Attributes:
        texts: The texts tokenised so far.
        tokens: The tokens in them.
        longest: The most tokens in one text.
    """

    def __init__(self, lang: str, funnel: Funnel, findings: FindingLog) -> None:
        """Load the tokenizer of a language.

        Raises:
            UserError: spaCy has no such language, or lacks a package for it.
        """
        try:
            self._tokenize = spacy.blank(lang).tokenizer
        except (ImportError, ValueError, OSError) as error:
            reason = quote(str(error).split("\n")[0])
            raise UserError(f"language {quote(lang)}: spaCy cannot load its tokenizer ({reason})") from error
        self.texts = 0
        self.tokens = 0
        self.longest = 0
        self._funnel = funnel
        self._findings = findings

    def align(
        self,
        file: str,
        row: int,
        text: str,
        spans: Sequence[SpanTuple],
        votes: Mapping[SpanTuple, int] | None = None,
    ) -> tuple[SpanTuple, ...]:
        """Return the spans on token boundaries that overlap no other, in order; the rest become findings.

        Of overlapping spans the longest stays, then the first, as in `spacy.util.filter_spans`. Of one span
        with two labels the one that more rows gave stays, then the first label in the alphabet.

        Args:
            file: The file the text is from.
            row: Its row.
            text: The text.
            spans: Its spans, each once, inside the text.
            votes: How many rows gave each span, where several rows were merged.
        """
        if not spans:
            return ()
        doc = self._tokenize(text)
        self.texts += 1
        self.tokens += len(doc)
        self.longest = max(self.longest, len(doc))
        fitting = []
        for span in spans:
            start, end, label = span
            piece = text[start:end]
            if piece[0].isspace() or piece[-1].isspace():
                inner = piece.strip()
                first = start + piece.find(inner)
                what = (
                    f"without it: {first}:{first + len(inner)} {quote(inner)}"
                    if inner
                    else "it is nothing else"
                )
                message = f"the span {start}:{end} {quote(piece)} has white space at its edge; {what}"
                self._lose("whitespace-edge", file, row, text, span, message)
            elif doc.char_span(start, end) is None:
                message = f"the span {start}:{end} {quote(piece)} is off the token boundaries; " + nearest(
                    doc, start, end
                )
                self._lose("misaligned", file, row, text, span, message)
            else:
                fitting.append((end - start, span, label))
        if len(fitting) == 1:
            return (fitting[0][1],)
        return self._apart(file, row, text, [span for _, span, _ in fitting], votes or {})

    def _apart(
        self, file: str, row: int, text: str, spans: list[SpanTuple], votes: Mapping[SpanTuple, int]
    ) -> tuple[SpanTuple, ...]:
        kept: list[SpanTuple] = []
        taken: list[SpanTuple | None] = [None] * max((end for _, end, _ in spans), default=0)
        for span in sorted(
            spans, key=lambda each: (each[0] - each[1], each[0], -votes.get(each, 1), each[2])
        ):
            start, end, label = span
            # The kept ones are at least as long, so an overlap covers this one's first or last character.
            rival = taken[start] or taken[end - 1]
            if rival is None:
                kept.append(span)
                taken[start:end] = [span] * (end - start)
                continue
            over = f"the span {rival[0]}:{rival[1]} {quote(text[rival[0] : rival[1]])} ({quote(rival[2])})"
            own = f"the span {start}:{end} {quote(text[start:end])} ({quote(label)})"
            if rival[:2] == (start, end):
                message = f"{own} also has the label {quote(rival[2])}"
                self._lose("same-span-two-labels", file, row, text, span, message)
            else:
                self._lose("overlapping", file, row, text, span, f"{own} overlaps {over}")
        return tuple(sorted(kept))

    def _lose(self, kind: str, file: str, row: int, text: str, span: SpanTuple, message: str) -> None:
        start, end, label = span
        self._funnel.lose("aligned", kind, spans=1)
        self._findings.add(
            kind,
            file,
            row,
            message,
            "left the span out, kept the text",
            text=text,
            span=(start, end),
            label=label,
        )


def nearest(doc: Doc, start: int, end: int) -> str:
    """Return a hint at the token boundaries nearest to a span: the tokens it touches, and those wholly inside it."""
    touched = doc.char_span(start, end, alignment_mode="expand")
    inside = doc.char_span(start, end, alignment_mode="contract")
    hints = [
        f"{span.start_char}:{span.end_char} {quote(span.text)}"
        for span in (touched, inside)
        if span is not None and len(span)
    ]
    return "nearest: " + " or ".join(hints) if hints else "no token is near"
