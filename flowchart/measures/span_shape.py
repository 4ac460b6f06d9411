"""Are the spans proper nouns and very short phrases? Their lengths, their capitals, and how they stand out.

How distinct the words of spans and those beside their edges are is measured as the Kullback-Leibler
divergence from the words of all texts, in nats: Papay, Klinger and Pado 2020, "Dissecting Span Identification
Tasks with Performance Prediction" (EMNLP), computed as spaCy's `debug data` does for span categorization.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spacy.tokens import Doc, Span, Token

from flowchart.dataset.findings import quote
from flowchart.measures.as_written import whole_tasks
from flowchart.measures.characters import IN_A_WORD, are_tokens, words
from flowchart.measures.material import Material
from flowchart.measures.rows import RowLog

_Written = tuple[int, int, str]
"""Start, end and label of a span as written."""

MOST_ROWS = 1000
"""Rows kept of long spans."""

LONGEST = 30
"""Tokens of a span that are told apart; longer ones are counted with these."""


def measure(material: Material, rows: RowLog) -> dict[str, Any]:
    """Return what the gold spans of training and evaluation texts look like.

    Args:
        material: The data.
        rows: Takes the longest spans, by their number of tokens.

    Returns:
        `spans`; `lengths` (for each number of tokens, from 1, how many spans have so many; the last stands
        for so many and more); `characters` (whether a token is a character: then `lengths` counts words of
        so many characters as the least in `IN_A_WORD`, and `lengths_least`, else the same, of so many as
        the most); `capitalised` (the spans with a capital letter or a digit in each of their content words)
        of `cased` (those in a script with capitals); `overlapping` (the spans that have to be left out for
        NER, as they overlap another one of their own row: of a nested pair one) and `overlap_another` (the
        spans that overlap another one: of a nested pair both) of `written` (all spans of all rows, before
        rows of one text are united); `sd` and `bd` (how distinct the words in spans, and those beside them,
        are: the labels' divergences, in nats, weighed by their spans); `labels`: the same by label.
    """
    everywhere: Counter[str] = Counter()
    single = are_tokens(itertools.chain(material.train, material.eval))
    by_label: defaultdict[str, _Shape] = defaultdict(lambda: _Shape(*(IN_A_WORD if single else (1, 1))))
    long: list[tuple[int, int, str, Any]] = []
    for documents, docs in (
        (material.corpus.train, material.train),
        (material.corpus.eval, material.eval),
    ):
        for document, doc in zip(documents, docs, strict=True):
            everywhere.update(map(_word, doc))
            for entity in doc.ents:
                by_label[entity.label_].add(entity, doc)
                if len(entity) > 5:
                    long.append((len(entity), entity.start_char, entity.label_, (document, entity.end_char)))
    for length, start, label, (document, end) in sorted(long, key=lambda each: -each[0])[:MOST_ROWS]:
        rows.add(
            f"{length} tokens",
            document,
            f"a span of {length} tokens ({label})",
            span=(start, end),
            label=label,
        )
    going, overlapping, written = _overlapping(material, rows)
    labels = {name: shape.to_dict(everywhere) for name, shape in sorted(by_label.items())}
    spans = sum(shape["spans"] for shape in labels.values())
    return {
        "spans": spans,
        "lengths": _sums(labels, "lengths"),
        "lengths_least": _sums(labels, "lengths_least"),
        "characters": single,
        "capitalised": sum(shape["capitalised"] for shape in labels.values()),
        "cased": sum(shape["cased"] for shape in labels.values()),
        "overlapping": going,
        "overlap_another": overlapping,
        "written": written,
        "sd": _mean(labels, "sd"),
        "bd": _mean(labels, "bd"),
        "labels": labels,
    }


class _Shape:
    """What the spans of one label look like."""

    def __init__(self, fewest: int = 1, most: int = 1) -> None:
        """Begin; a word has so many tokens, at least and at most."""
        self.in_a_word = fewest, most
        self.lengths = [0] * LONGEST
        self.lengths_least = [0] * LONGEST
        self.capitalised = 0
        self.cased = 0
        self.inside: Counter[str] = Counter()
        self.beside: Counter[str] = Counter()

    def add(self, entity: Span, doc: Doc) -> None:
        for counts, tokens in zip((self.lengths, self.lengths_least), self.in_a_word, strict=True):
            counts[min(words(len(entity), tokens), LONGEST) - 1] += 1
        self.cased += any(letter.isupper() or letter.islower() for letter in entity.text)
        content = [token for token in entity if not (token.is_punct or token.is_stop)] or list(entity)
        self.capitalised += all(_stands_out(token) for token in content)
        self.inside.update(map(_word, entity))
        if entity.start:
            self.beside[_word(doc[entity.start - 1])] += 1
        if entity.end < len(doc):
            self.beside[_word(doc[entity.end])] += 1

    def to_dict(self, words: Mapping[str, int]) -> dict[str, Any]:
        return {
            "spans": sum(self.lengths),
            "lengths": self.lengths,
            "lengths_least": self.lengths_least,
            "cased": self.cased,
            "capitalised": self.capitalised,
            "sd": _divergence(self.inside, words),
            "bd": _divergence(self.beside, words),
        }


def _stands_out(token: Token) -> bool:
    """Whether a word has what names have in most scripts with capitals: a capital, or a digit."""
    return any(character.isupper() or character.isdigit() for character in token.text)


def _word(token: Token) -> str:
    return token.text.lower().replace("``", '"').replace("''", '"')


def _divergence(part: Mapping[str, int], whole: Mapping[str, int]) -> float:
    """Return the sum over the words of p log(p / q), p in the part and q in the whole."""
    inside, everywhere = sum(part.values()), sum(whole.values())
    total = 0.0
    for word, count in part.items():
        share = count / inside
        total += share * math.log(share * everywhere / whole[word])
    return round(total, 3)


def _sums(labels: Mapping[str, Mapping[str, Any]], name: str) -> list[int]:
    sums = [sum(counts) for counts in zip(*(shape[name] for shape in labels.values()), strict=True)]
    return sums or [0] * LONGEST


def _mean(labels: Mapping[str, Mapping[str, Any]], name: str) -> float:
    spans = sum(int(shape["spans"]) for shape in labels.values())
    total = sum(float(shape[name]) * int(shape["spans"]) for shape in labels.values())
    return round(total / max(spans, 1), 3)


def _overlapping(material: Material, rows: RowLog) -> tuple[int, int, int]:
    """Return the spans that have to go, those that overlap another one of their own row, and all.

    Each that has to go is a row to look at. Rows of one text are united for training, so that annotators who
    differ overlap there; that is for the question of consistency.
    """
    going, overlapping, written = 0, 0, 0
    for file, task in whole_tasks([file.path for file in material.corpus.files]):
        if task.answer == "reject":
            continue
        spans = sorted(set(task.spans))
        written += len(spans)
        overlapping += _in_overlaps(spans)
        for (start, stop, label), rival in _going(spans):
            if going < MOST_ROWS:
                message = f"overlaps {quote(task.text[rival[0] : rival[1]])} ({rival[2]}), which stays"
                rows.put("overlapping", file, task.row, message, task.text, span=(start, stop), label=label)
            going += 1
    return going, overlapping, written


def _going(spans: Sequence[_Written]) -> Iterator[tuple[_Written, _Written]]:
    """Yield each span that has to go for NER, and the one that it overlaps.

    The longest stays, then the first, as in `spacy.util.filter_spans`; here by characters.
    """
    kept: list[_Written] = []  # in the order of the text
    for span in sorted(spans, key=lambda each: (each[0] - each[1], each)):
        place = bisect_left(kept, span)
        # Of those that stay, which do not overlap, only the neighbours can reach into it.
        rival = next((each for each in kept[max(place - 1, 0) : place + 1] if _overlap(each, span)), None)
        if rival is None:
            kept.insert(place, span)
        else:
            yield span, rival


def _in_overlaps(spans: Sequence[_Written]) -> int:
    """Return how many spans, in the order of the text, overlap another one: of a nested pair both."""
    found = [False] * len(spans)
    reaching = 0  # the place of the span before that reaches furthest
    for place in range(1, len(spans)):
        if spans[place][0] < spans[reaching][1]:
            found[place] = found[reaching] = True
        if spans[place][1] > spans[reaching][1]:
            reaching = place
    return sum(found)


def _overlap(one: _Written, other: _Written) -> bool:
    return one[0] < other[1] and other[0] < one[1]
