"""Spans against spaCy's tokens: what lies off the token grid, or over another span, cannot be learnt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import spacy
from spacy.tokens import Doc

from flowchart.dataset.findings import FindingLog, quote
from flowchart.dataset.funnel import Funnel
from flowchart.dataset.merging import Group, SpanTuple
from flowchart.errors import UserError


class Aligner:
    """Keeps the spans of a text that spaCy's NER can be trained on.

    Only texts with spans are tokenised: the others cannot be misaligned.

    Attributes:
        texts: The texts tokenised so far.
        tokens: The tokens in them.
        longest: The most tokens in one text.
    """

    def __init__(self, lang: str, files: Sequence[str], funnel: Funnel, findings: FindingLog) -> None:
        """Load the tokenizer of a language.

        Raises:
            UserError: spaCy has no such language, or lacks a package for it.
        """
        try:
            self._tokenize = _tokenizer(lang)
        except (ImportError, ValueError, OSError) as error:
            reason = quote(str(error).split("\n")[0])
            raise UserError(
                f"language {quote(lang)}: spaCy cannot load its tokenizer ({reason}); choose another"
            ) from error
        self.texts = 0
        self.tokens = 0
        self.longest = 0
        self._files = files
        self._funnel = funnel
        self._findings = findings

    def align(self, text: str, group: Group) -> tuple[SpanTuple, ...]:
        """Return the spans on token boundaries that overlap no other, in order; the rest become findings.

        Of overlapping spans the one of the most tokens stays, then the first, as in
        `spacy.util.filter_spans`. Of one span with two labels the one that more rows gave stays, then the
        first label in the alphabet.
        """
        if not group.spans:
            return ()
        doc = self._tokenize(text)
        self.texts += 1
        self.tokens += len(doc)
        self.longest = max(self.longest, len(doc))
        fitting: dict[SpanTuple, int] = {}  # the spans and their tokens
        for span in group.spans:
            start, end, _ = span
            piece = text[start:end]
            if piece[0].isspace() or piece[-1].isspace():
                inner = piece.strip()
                first = start + piece.find(inner)
                what = (
                    f"without it: {first}:{first + len(inner)} {quote(inner)}"
                    if inner
                    else "it is nothing else"
                )
                message = f"{_named(text, span)} has white space at its edge; {what}"
                self._lose("whitespace-edge", text, group, span, message)
            elif (found := doc.char_span(start, end)) is None:
                message = f"{_named(text, span)} is off the token boundaries; {nearest(doc, start, end)}"
                self._lose("misaligned", text, group, span, message)
            else:
                fitting[span] = len(found)
        return tuple(fitting) if len(fitting) < 2 else self._apart(text, group, fitting)

    def _apart(self, text: str, group: Group, spans: dict[SpanTuple, int]) -> tuple[SpanTuple, ...]:
        kept: list[SpanTuple] = []
        taken: dict[int, SpanTuple] = {}
        for span in sorted(spans, key=lambda each: (-spans[each], each[0], -group.votes(each), each[2])):
            start, end, _ = span
            # The kept ones have at least as many tokens, so an overlap covers this one's first or last one.
            rival = taken.get(start) or taken.get(end - 1)
            if rival is None:
                kept.append(span)
                taken.update(dict.fromkeys(range(start, end), span))
            elif rival[:2] == (start, end):
                message = f"{_named(text, span)} also has the label {quote(rival[2])}"
                self._lose("same-span-two-labels", text, group, span, message)
            else:
                message = f"{_named(text, span)} overlaps {_named(text, rival)}"
                self._lose("overlapping", text, group, span, message)
        return tuple(sorted(kept))

    def _lose(self, kind: str, text: str, group: Group, span: SpanTuple, message: str) -> None:
        file, row = group.origin(span)
        start, end, label = span
        self._funnel.lose("aligned", kind, spans=1)
        self._findings.add(
            kind,
            self._files[file],
            row,
            message,
            "left the span out, kept the text",
            text=text,
            span=(start, end),
            label=label,
        )


@lru_cache(maxsize=2)
def _tokenizer(lang: str) -> Callable[[str], Doc]:
    return spacy.blank(lang).tokenizer


def nearest(doc: Doc, start: int, end: int) -> str:
    """Return a hint at the nearest token boundaries: of the tokens a span touches, and of those inside it."""
    touched = doc.char_span(start, end, alignment_mode="expand")
    inside = doc.char_span(start, end, alignment_mode="contract")
    hints = [
        f"{span.start_char}:{span.end_char} {quote(span.text)}"
        for span in (touched, inside)
        if span is not None and len(span)
    ]
    return "nearest: " + " or ".join(hints) if hints else "no token is near"


def _named(text: str, span: SpanTuple) -> str:
    start, end, label = span
    return f"the span {start}:{end} {quote(text[start:end])} ({quote(label)})"
