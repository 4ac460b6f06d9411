"""Spans against tokens: what lies off the token grid, or over another span, cannot be learnt.

What is left out is not "no entity": its place is unknown from then on, as in spaCy. Of overlapping spans the
longer one stays, as in `spacy.util.filter_spans`, and what another one has beyond it is unknown too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from spacy.tokens import Doc

from flowchart.dataset.document import Document, unknown_places
from flowchart.dataset.findings import FindingLog, quote
from flowchart.dataset.funnel import Funnel
from flowchart.dataset.groups import Group, SpanTuple
from flowchart.dataset.mending import FIXES
from flowchart.dataset.tokens import Tokenizer


@dataclass(slots=True)
class _Choice:
    """What becomes of a text's spans.

    Attributes:
        kept: Those that can be learnt, sorted.
        lost: Kind of finding, span as written, and message of each other one.
        mended: What each mended one that is kept was written as.
    """

    kept: tuple[SpanTuple, ...] = ()
    lost: list[tuple[str, SpanTuple, str]] = field(default_factory=list)
    mended: dict[SpanTuple, SpanTuple] = field(default_factory=dict)


class Aligner:
    """Keeps the spans of a text that spaCy's NER can be trained on.

    Only texts with spans are tokenised: the others cannot be misaligned.

    Attributes:
        texts: The texts tokenised so far.
        tokens: The tokens in them.
        longest: The most tokens in one text.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        files: Sequence[str],
        funnel: Funnel,
        findings: FindingLog,
        *,
        fix: bool = False,
    ) -> None:
        """Begin.

        Args:
            tokenizer: What the spans must fit.
            files: The files that sources count.
            funnel: Told what is lost, mended, and could be mended.
            findings: Takes the findings.
            fix: Whether to mend what can only be mended in one way (`flowchart.dataset.mending`).
        """
        self.texts = 0
        self.tokens = 0
        self.longest = 0
        self._tokenizer = tokenizer
        self._files = files
        self._funnel = funnel
        self._findings = findings
        self._fix = fix
        self._off: Counter[int] = Counter()  # misaligned spans by file
        self._own: Counter[int] = Counter()  # those of them that fit the rows' own tokens
        self._not_own: Counter[int] = Counter()  # spans that fit these tokens, and not the rows' own

    def align(self, text: str, group: Group) -> Document:
        """Return the text with the spans on token boundaries that overlap no other; the rest become findings.

        Of overlapping spans the one of the most tokens stays, then the first, as in
        `spacy.util.filter_spans`. Of one span with two labels the one that more rows gave stays, then the
        first label in the alphabet.
        """
        own = group.tokens if self._tokenizer.rows else ()
        choice = _Choice()
        if group.spans:
            doc = self._tokenizer.doc(text, own)
            self.texts += 1
            self.tokens += len(doc)
            self.longest = max(self.longest, len(doc))
            choice = _choose(text, doc, group, fix=self._fix)
            self._tell(text, group, choice)
            if choice.lost and not self._fix:
                self._tell_fixes(text, doc, group, choice)
            self._count_own(group, choice)
        unknown = [*group.unknown, *(span[:2] for _, span, _ in choice.lost)]
        places = tuple(unknown_places(text, unknown, choice.kept)) if unknown else ()
        kept = group.spans if choice.kept == group.spans else choice.kept  # the same object, for memory
        return Document(text, kept, group.source, places, own)

    def finish(self) -> None:
        """Tell, one finding a file, where the rows' own tokens fit spans that these tokens do not."""
        for file, fitting in sorted(self._own.items()):
            lost = self._not_own[file]
            if fitting <= lost:
                continue
            fit = f"{fitting:,} of the {self._off[file]:,} misaligned spans fit the rows' own tokens"
            but = f" ({lost:,} others do not)" if lost else ""
            message = f"{fit}{but}: --tokens rows keeps them"
            self._findings.add("rows-tokens-fit", self._files[file], 0, message, "went by spaCy's tokenizer")

    def _tell(self, text: str, group: Group, choice: _Choice) -> None:
        for kind, span, message in choice.lost:
            self._funnel.lose("aligned", kind, spans=1)
            self._add(
                kind, text, group, span, message, "left the span out, kept the text; its place is unknown"
            )
        for now, span in choice.mended.items():
            self._funnel.mend("aligned", "whitespace-mended", spans=1)
            message = f"{_named(text, span)} has white space at its edge"
            done = f"took it without: {now[0]}:{now[1]} {quote(text[now[0] : now[1]])}"
            self._add("whitespace-mended", text, group, span, message, done)

    def _tell_fixes(self, text: str, doc: Doc, group: Group, choice: _Choice) -> None:
        """Count exactly what mending would bring, by the kind that it mends."""
        for kind in FIXES.keys() & {kind for kind, _, _ in choice.lost}:
            gain = len(_choose(text, doc, group, fix=True).kept) - len(choice.kept)
            self._funnel.could_mend("aligned", kind, spans=gain)

    def _count_own(self, group: Group, choice: _Choice) -> None:
        if self._tokenizer.rows:
            return
        file, misfits = group.source[0], group.misfits
        for kind, span, _ in choice.lost:
            if kind == "misaligned":
                self._off[file] += 1
                self._own[file] += misfits is not None and span not in misfits
        if misfits:
            self._not_own[file] += len(set(misfits).intersection(choice.kept))

    def _add(  # noqa: PLR0917 - all of them are different things
        self, kind: str, text: str, group: Group, span: SpanTuple, message: str, done: str
    ) -> None:
        file, row = group.origin(span)
        start, end, label = span
        self._findings.add(
            kind, self._files[file], row, message, done, text=text, span=(start, end), label=label
        )


def _choose(text: str, doc: Doc, group: Group, *, fix: bool) -> _Choice:
    """Return what becomes of a group's spans on these tokens."""
    choice = _Choice()
    fitting: dict[SpanTuple, int] = {}  # the spans and their tokens
    written: dict[SpanTuple, SpanTuple] = {}  # what a mended span was
    for span in group.spans:
        start, end, label = span
        piece = text[start:end]
        if piece[0].isspace() or piece[-1].isspace():
            certain = FIXES["whitespace-edge"](text, start, end)
            mended = (*certain, label) if certain else None
            found = doc.char_span(*certain) if fix and certain else None
            if (
                found is not None
                and mended is not None
                and mended not in group.spans
                and mended not in fitting
            ):
                fitting[mended], written[mended] = len(found), span
                continue
            what = "it is nothing else"
            if mended is not None:
                what = f"without it: {mended[0]}:{mended[1]} {quote(text[mended[0] : mended[1]])}"
                if found is not None:
                    what += ", which is there already"
            message = f"{_named(text, span)} has white space at its edge; {what}"
            choice.lost.append(("whitespace-edge", span, message))
        elif (found := doc.char_span(start, end)) is None:
            message = f"{_named(text, span)} is off the token boundaries; {nearest(doc, start, end)}"
            choice.lost.append(("misaligned", span, message))
        else:
            fitting[span] = len(found)
    inorder = sorted(fitting)
    if all(one[1] <= other[0] for one, other in pairwise(inorder)):
        choice.kept = tuple(inorder)
    else:
        _part(text, group, fitting, written, choice)
    if written:
        choice.mended = {span: written[span] for span in choice.kept if span in written}
    return choice


def _part(
    text: str,
    group: Group,
    spans: dict[SpanTuple, int],
    written: dict[SpanTuple, SpanTuple],
    choice: _Choice,
) -> None:
    """Part spans that overlap: put into the choice which stay and which do not."""
    kept: list[SpanTuple] = []
    taken: dict[int, SpanTuple] = {}

    def order(span: SpanTuple) -> tuple[int, int, int, str]:
        was = written.get(span, span) if written else span
        return -spans[span], span[0], -group.votes(was), span[2]

    for span in sorted(spans, key=order):
        start, end, _ = span
        was = written.get(span, span)
        # The kept ones have at least as many tokens, so an overlap covers this one's first or last one.
        rival = taken.get(start) or taken.get(end - 1)
        if rival is None:
            kept.append(span)
            taken.update(dict.fromkeys(range(start, end), span))
        elif rival[:2] == (start, end):
            message = f"{_named(text, was)} also has the label {quote(rival[2])}"
            choice.lost.append(("same-span-two-labels", was, message))
        else:
            message = f"{_named(text, was)} overlaps {_named(text, rival)}"
            choice.lost.append(("overlapping", was, message))
    choice.kept = tuple(sorted(kept))


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
