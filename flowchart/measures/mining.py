"""Patterns made of the training spans: what rules could do, when nobody has written any.

Surface forms, whatever their case, and the shapes of their tokens, where a shape is frequent and often right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from flowchart.measures.patterns import Pattern, shown
from flowchart.measures.rule_matching import RuleMatcher

PRECISION = 0.5
"""A pattern is kept when at least this share of its matches in the training texts is right."""

SHAPE_MENTIONS, SHAPE_FORMS, SHAPE_PRECISION = 10, 5, 0.7
"""A shape is a pattern with so many mentions of so many forms: fewer say little about forms to come."""

_Ids = tuple[int, ...]


class _Mention(NamedTuple):
    start: int
    end: int
    label: str
    form: _Ids
    shape: _Ids


def mine(docs: Sequence[Doc], nlp: Language) -> list[Pattern]:
    """Return patterns made of the entities of texts, the most useful first.

    Args:
        docs: The texts with their gold entities.
        nlp: The pipeline that they were tokenised by.
    """
    forms: defaultdict[_Ids, Counter[str]] = defaultdict(Counter)
    shapes: defaultdict[_Ids, Counter[str]] = defaultdict(Counter)
    forms_of: defaultdict[_Ids, set[_Ids]] = defaultdict(set)
    mentions = [list(_mentions(doc)) for doc in docs]
    for mention in (mention for each in mentions for mention in each):
        forms[mention.form][mention.label] += 1
        shapes[mention.shape][mention.label] += 1
        forms_of[mention.shape].add(mention.form)
    strings = nlp.vocab.strings
    patterns = [_pattern("LOWER", [strings[id] for id in form], labels) for form, labels in forms.items()]
    patterns += [
        _pattern("SHAPE", [strings[id] for id in shape], labels)
        for shape, labels in shapes.items()
        if max(labels.values()) >= SHAPE_MENTIONS and len(forms_of[shape]) >= SHAPE_FORMS
    ]
    right, wrong = [0] * len(patterns), [0] * len(patterns)
    for doc, each, matches in zip(docs, mentions, RuleMatcher(patterns, nlp).find(docs), strict=True):
        iob = doc.to_array("ENT_IOB")
        gold = {(mention.start, mention.end): mention.label for mention in each}
        # What lies inside a longer mention gives way to that one's own pattern, if others know that form too.
        known = [(m.start, m.end) for m in each if forms[m.form].total() > 1]
        for start, end, number in matches:
            if gold.get((start, end)) == patterns[number].label:
                right[number] += 1
            elif not iob[start:end].all():
                continue  # what stands there is unknown
            elif (start, end) in gold or not any(a <= start and end <= b for a, b in known):
                wrong[number] += 1
    kept = []
    for number, pattern in enumerate(patterns):
        found = right[number] + wrong[number]
        least = (
            PRECISION
            if isinstance(pattern.pattern, list) and "LOWER" in pattern.pattern[0]
            else SHAPE_PRECISION
        )
        if right[number] and right[number] >= least * found:
            kept.append((-right[number], wrong[number], str(pattern), pattern.label, pattern))
    return [pattern for *_, pattern in sorted(kept, key=lambda entry: entry[:4])]


def _mentions(doc: Doc) -> Iterator[_Mention]:
    if not doc.ents:
        return
    forms, shapes = doc.to_array("LOWER").tolist(), doc.to_array("SHAPE").tolist()
    for span in doc.ents:
        yield _Mention(
            span.start,
            span.end,
            span.label_,
            tuple(forms[span.start : span.end]),
            tuple(shapes[span.start : span.end]),
        )


def _pattern(attribute: str, values: Sequence[str], labels: Counter[str]) -> Pattern:
    """Return a pattern that gives the label that is most frequent, the first by name of several."""
    label = min(labels, key=lambda label: (-labels[label], label))
    tokens = [{attribute: value} for value in values]
    return Pattern(label, tokens, 0, shown(tokens))
