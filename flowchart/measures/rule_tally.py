"""Counts what patterns find: right and wrong, pattern by pattern, and which gave way to which."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from spacy.tokens import Doc

from flowchart.measures.patterns import Pattern
from flowchart.measures.rule_matching import Match, resolve
from flowchart.training.scores import Counts

KEPT = 100
"""The most rows kept of one group: a pattern's wrong matches, or a label's mentions missed."""

Gold = dict[tuple[int, int], str]
"""The label of each gold mention by its first token and the token after its last."""


@dataclass(frozen=True, slots=True)
class Case:
    """A row behind a score: an entity of the rules that is wrong, or a mention that they miss.

    Attributes:
        text: The text's place among those scored.
        start: Its first token.
        end: The token after its last.
        label: Its label.
        against: What stands against it, in words.
    """

    text: int
    start: int
    end: int
    label: str
    against: str


@dataclass(slots=True)
class Tally:
    """What patterns did, over the texts added so far.

    Attributes:
        patterns: The patterns.
        score: Right and wrong entities and mentions missed, by text and label.
        cover: The same with each mention that any pattern matches as right, overlaps or not.
        matches: The matches of each pattern, before overlaps are resolved.
        entities: The entities that each pattern made.
        right: How many of them are right.
        conflicts: How often the second pattern won over the first: (lost, won, whether on the same span).
        wrong: Cases of wrong entities by pattern, at most `KEPT` each.
        missed: Cases of mentions missed by label, at most `KEPT` each.
    """

    patterns: Sequence[Pattern]
    score: Counts = field(default_factory=lambda: Counts(0))
    cover: Counts = field(default_factory=lambda: Counts(0))
    matches: Counter[int] = field(default_factory=Counter)
    entities: Counter[int] = field(default_factory=Counter)
    right: Counter[int] = field(default_factory=Counter)
    conflicts: Counter[tuple[int, int, bool]] = field(default_factory=Counter)
    wrong: defaultdict[int, list[Case]] = field(default_factory=lambda: defaultdict(list))
    missed: defaultdict[str, list[Case]] = field(default_factory=lambda: defaultdict(list))

    def add(self, doc: Doc, matches: Sequence[Match]) -> None:
        """Count one text.

        Args:
            doc: The text with its gold entities. Entities that touch a token without annotation are
                neither right nor wrong, as in `Counts.of`.
            matches: What the patterns match in it.
        """
        iob = doc.to_array("ENT_IOB")
        gold: Gold = {(span.start, span.end): span.label_ for span in doc.ents}
        entities = resolve(matches)
        self.matches.update(number for _, _, number in matches)
        matched = {(start, end) for start, end, number in matches if self._is_right(gold, start, end, number)}
        made: dict[tuple[int, int], str] = {}
        for start, end, number in entities:
            if not iob[start:end].all():
                continue
            self.entities[number] += 1
            made[start, end] = self.patterns[number].label
            if self._is_right(gold, start, end, number):
                self.right[number] += 1
            elif len(self.wrong[number]) < KEPT:
                against = _against(doc, start, end, gold, "annotated") or "not annotated"
                case = Case(self.score.docs, start, end, made[start, end], against)
                self.wrong[number].append(case)
        for (start, end), label in gold.items():
            if made.get((start, end)) != label and len(self.missed[label]) < KEPT:
                against = _against(doc, start, end, made, "the patterns make") or "nothing matches it"
                if (start, end) in matched:
                    against = f"a pattern matches it and gives way: {against}"
                self.missed[label].append(Case(self.score.docs, start, end, label, against))
        if len(matches) > len(entities):
            self._note_conflicts(matches, entities)
        _count(self.score, gold, made)
        # The wrong ones stay in, so that both draw the same texts anew.
        _count(self.cover, gold, made | {span: gold[span] for span in matched})

    def _is_right(self, gold: Gold, start: int, end: int, number: int) -> bool:
        return gold.get((start, end)) == self.patterns[number].label

    def _note_conflicts(self, matches: Sequence[Match], entities: Sequence[Match]) -> None:
        """Count each match that gave way, against what holds its first token, or else its last.

        Only these, not every pair that overlaps: an operator can match a long text in millions of pairs.
        """
        holder = {token: entity for entity in entities for token in range(entity[0], entity[1])}
        chosen = set(entities)
        for match in matches:
            if match in chosen:
                continue
            start, end, lost = match
            by = holder[start] if start in holder else holder[end - 1]
            same = (start, end) == by[:2]
            if lost != by[2] and not (same and self.patterns[lost].label == self.patterns[by[2]].label):
                self.conflicts[lost, by[2], same] += 1

    def of_pattern(self, number: int) -> dict[str, Any]:
        """Return what one pattern did, as plain data; its precision is None when it made no entity."""
        pattern, entities, right = self.patterns[number], self.entities[number], self.right[number]
        return {
            "pattern": str(pattern),
            "label": pattern.label,
            "row": pattern.row,
            "matches": self.matches[number],
            "entities": entities,
            "right": right,
            "precision": right / entities if entities else None,
        }


def _count(counts: Counts, gold: Gold, made: Gold) -> None:
    """Add a text to counts, as `Counts.of` counts it."""
    here: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for span, label in made.items():
        here[label][0 if gold.get(span) == label else 1] += 1
    for span, label in gold.items():
        if made.get(span) != label:
            here[label][2] += 1
    for label in sorted(here):
        if label not in counts.labels:
            counts.labels.append(label)
        tp, fp, fn = here[label]
        counts.rows.append((counts.docs, counts.labels.index(label), tp, fp, fn))
    counts.docs += 1


def _against(doc: Doc, start: int, end: int, others: Gold, verb: str) -> str:
    """Return what the other side has in place of a span, of another label or overlapping; "" for nothing."""
    if (start, end) in others:
        return f"{verb} {others[start, end]}"
    for (first, last), label in others.items():
        if first < end and start < last:
            return f"{verb} {doc[first:last].text!r} {label}"
    return ""
