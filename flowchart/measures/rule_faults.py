"""What is wrong with patterns that match nowhere: they never can, or the tokenizer cuts them otherwise."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from spacy.tokens import Doc

from flowchart.dataset.findings import quote
from flowchart.measures.dead_patterns import Undertaker
from flowchart.measures.material import Material
from flowchart.measures.patterns import Pattern
from flowchart.measures.rows import RowLog

MOST_LISTED = 50
"""The most patterns that a list in the fact has."""

MOST_ROWS = 500
"""The most rows written of each kind."""

MOST_LOOKED_THROUGH = 1_000_000_000
"""Characters of text times phrases that are looked for in them: some seconds."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A pattern and what is wrong with it.

    Attributes:
        pattern: The pattern.
        reason: What is wrong.
        mended: What it most likely means; None where that is not plain.
    """

    pattern: Pattern
    reason: str
    mended: Pattern | None = None


@dataclass(frozen=True, slots=True)
class RuleFaults:
    """The faults of some patterns.

    Attributes:
        file: The patterns file.
        dead: The patterns that can never match.
        partly: The patterns of which some words can never match, and others may.
        misfits: Phrases that stand in the texts and are cut into other tokens there: that is less certain to
            be a fault, for it depends on the texts.
        mended: The patterns with those dead that can be mended as they most likely mean; None where none can.
    """

    file: str
    dead: Sequence[Fault]
    partly: Sequence[Fault]
    misfits: Sequence[Fault]
    mended: Sequence[Pattern] | None

    @classmethod
    def of(cls, material: Material, patterns: Sequence[Pattern], unmatched: Sequence[int]) -> RuleFaults:
        """Look at the patterns that match in no text: what matches is not dead.

        Args:
            material: The texts.
            patterns: All patterns.
            unmatched: The places of those that match nowhere.
        """
        dead: dict[int, Fault] = {}
        partly: list[Fault] = []
        lists = [number for number, pattern in enumerate(patterns) if _has_list(pattern)]
        if unmatched or lists:
            undertaker = Undertaker(material.nlp, [*material.train, *material.eval])
            for number in unmatched:
                pattern = patterns[number]
                if why := undertaker.why(pattern):
                    dead[number] = Fault(pattern, why, undertaker.mended(pattern))
            for number in lists:
                if number not in dead and (why := undertaker.in_part(patterns[number])):
                    partly.append(Fault(patterns[number], why))
        phrases = [patterns[number] for number in unmatched if isinstance(patterns[number].pattern, str)]
        instead = {number: fault.mended for number, fault in dead.items() if fault.mended is not None}
        return cls(
            str(material.patterns),
            list(dead.values()),
            partly,
            list(_misfits(material, phrases)),
            [instead.get(number, pattern) for number, pattern in enumerate(patterns)] if instead else None,
        )

    def found(self) -> dict[str, Any]:
        """Return the faults as plain data.

        `dead`, `partly` and `misfits`, each with `count` and `first` (`pattern`, `label`, `row`, `reason`);
        of the dead also `mendable`, how many of them say plainly what they mean.
        """
        mendable = sum(fault.mended is not None for fault in self.dead)
        return {
            "dead": {**_listed(self.dead), "mendable": mendable},
            "partly": _listed(self.partly),
            "misfits": _listed(self.misfits),
        }

    def write(self, rows: RowLog) -> None:
        """Write the rows of the faults."""
        for group, faults in (
            ("can never match", self.dead),
            ("can match in part", self.partly),
            ("cut otherwise in the texts", self.misfits),
        ):
            rows.there_are(group, len(faults))
            for fault in faults[:MOST_ROWS]:
                pattern = fault.pattern
                done = f"write {fault.mended}" if fault.mended is not None else "mend it, or take it out"
                rows.put(
                    group, self.file, pattern.row, fault.reason, str(pattern), label=pattern.label, done=done
                )


def _has_list(pattern: Pattern) -> bool:
    """Whether a pattern of a patterns file has a list of words in any token."""
    return isinstance(pattern.pattern, list) and any(
        isinstance(value, dict) and "IN" in value for token in pattern.pattern for value in token.values()
    )


def _listed(faults: Sequence[Fault]) -> dict[str, Any]:
    first = [
        {
            "pattern": str(each.pattern),
            "label": each.pattern.label,
            "row": each.pattern.row,
            "reason": each.reason,
        }
        for each in faults[:MOST_LISTED]
    ]
    return {"count": len(faults), "first": first}


def _misfits(material: Material, phrases: Sequence[Pattern]) -> Iterator[Fault]:
    """Yield phrases that stand in a text letter by letter, and yet match nowhere."""
    if not phrases:
        return
    sides = ((material.corpus.eval, material.eval), (material.corpus.train, material.train))
    places = [each for documents, docs in sides for each in zip(documents, docs, strict=True)]
    starts, whole = [0], []
    for document, _ in places:
        whole.append(document.text)
        starts.append(starts[-1] + len(document.text) + 1)
    text = "\0".join(whole)
    for phrase in phrases[: max(MOST_LOOKED_THROUGH // max(len(text), 1), 1)]:
        words = str(phrase.pattern).strip()
        at = _stands(text, words)
        if at < 0:
            continue
        number = bisect_right(starts, at) - 1
        document, doc = places[number]
        start = at - starts[number]
        here = " ".join(token.text for token in _over(doc, start, start + len(words)))
        own = " ".join(token.text for token in material.nlp.make_doc(str(phrase.pattern)))
        file, row = document.source
        yield Fault(
            phrase,
            f"cut into {quote(own)}, and in {material.files[file]} row {row} into {quote(here)}",
        )


def _stands(text: str, words: str) -> int:
    """Return where words stand that are no part of longer words; -1 for nowhere."""
    at = text.find(words) if words else -1
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(words) : at + len(words) + 1]
        if not any(map(str.isalnum, before + after)):
            return at
        at = text.find(words, at + 1)
    return -1


def _over(doc: Doc, start: int, end: int) -> list[Any]:
    return [token for token in doc if token.idx < end and start < token.idx + len(token)]
