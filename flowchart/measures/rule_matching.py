"""Matches patterns as spaCy's entity ruler does, and keeps which pattern made which match.

Most patterns name one value for each token. Those are looked up in tries over the tokens' ids, so that ten
thousand of them cost no more than ten; spaCy's Matcher, which tries each pattern at each token, does the
rest.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc

from flowchart.dataset.findings import quote
from flowchart.errors import UserError
from flowchart.measures.patterns import Pattern
from flowchart.measures.time_limit import TimeIsUpError, time_limit

Match = tuple[int, int, int]
"""First token, token after the last, and the pattern's place in the list of patterns."""

LONG = 0.5
"""Seconds that are long for one pattern and one text; most take microseconds."""

_BLOCK = 1000
"""Texts looked at together, to bound the memory."""


@dataclass(slots=True)
class _Node:
    """A place in a trie: where each next token leads, and the patterns that end here."""

    next: dict[int, _Node] = field(default_factory=dict)
    ends: list[int] = field(default_factory=list)


class RuleMatcher:
    """Finds what patterns match."""

    def __init__(self, patterns: Sequence[Pattern], nlp: Language) -> None:
        """Make ready.

        Args:
            patterns: The patterns, as `patterns.read` returns them.
            nlp: The pipeline that the texts are tokenised by.
        """
        self._tries: dict[str, _Node] = {}
        self._matcher: Matcher | None = None
        self._patterns = patterns
        self._slow: set[int] = set()  # those that the Matcher tries
        for number, pattern in enumerate(patterns):
            if isinstance(pattern.pattern, str):
                self._plant("ORTH", [token.orth for token in nlp.make_doc(pattern.pattern)], number)
            elif (literal := pattern.literal) is not None:
                strings = nlp.vocab.strings
                self._plant(literal[0], [strings.add(value) for value in literal[1]], number)
            else:
                if self._matcher is None:
                    self._matcher = Matcher(nlp.vocab, validate=False)
                self._matcher.add(number + 1, [pattern.pattern])
                self._slow.add(number)

    def _plant(self, attribute: str, ids: Sequence[int], number: int) -> None:
        node = self._tries.setdefault(attribute, _Node())
        for token in ids:
            node = node.next.setdefault(token, _Node())
        node.ends.append(number)

    def find(self, docs: Iterable[Doc]) -> Iterator[list[Match]]:
        """Yield all the matches in each text, overlaps included, each once.

        Raises:
            UserError: spaCy fails over a pattern.
            TimeIsUpError: A time limit is over; it explains which pattern takes the time.
        """
        texts = iter(docs)
        while block := list(islice(texts, _BLOCK)):
            found: list[list[Match]] = [[] for _ in block]
            for attribute, root in self._tries.items():
                _look_up(block, attribute, root, found)
            if self._matcher is not None:
                for doc, matches in zip(block, found, strict=True):
                    matches += self._match(doc, self._matcher)
            yield from found

    def _match(self, doc: Doc, matcher: Matcher) -> list[Match]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # An operator can match nothing, or the same in several ways.
                return list({(start, end, key - 1) for key, start, end in matcher(doc) if start != end})
        except TimeIsUpError as error:
            error.explain = lambda: self._slowest(doc)
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UserError(
                f"the patterns: spaCy fails over one of them ({error}); leave out those with operators"
            ) from None

    def _slowest(self, doc: Doc) -> str:
        """Say which pattern takes most of the time on a text; "" when none of them does."""
        took: dict[int, float] = {}
        for number in sorted(self._slow):
            matcher = Matcher(doc.vocab, validate=False)
            pattern = self._patterns[number].pattern
            assert not isinstance(pattern, str)
            matcher.add("one", [pattern])
            began = time.perf_counter()
            with warnings.catch_warnings(), suppress(TimeIsUpError), time_limit(LONG):
                warnings.simplefilter("ignore")
                matcher(doc)
            took[number] = time.perf_counter() - began
            if took[number] >= LONG:
                break
        slowest = max(took, key=took.__getitem__)
        if 2 * took[slowest] < sum(took.values()):
            return ""
        return f"row {self._patterns[slowest].row} takes most of it, {quote(str(self._patterns[slowest]))}"


def resolve(matches: Iterable[Match]) -> list[Match]:
    """Return the matches that become entities, in the order they are chosen: the longest, then the first.

    That is the entity ruler's rule. Of two labels for the same span the ruler takes either, for it sorts a
    set; here the pattern that stands first in its file wins.
    """
    taken: set[int] = set()
    entities = []
    for match in sorted(matches, key=lambda match: (match[0] - match[1], match[0], match[2])):
        start, end, _ = match
        # Nothing shorter was taken before, so what overlaps holds the first token or the last.
        if start not in taken and end - 1 not in taken:
            entities.append(match)
            taken.update(range(start, end))
    return entities


def _look_up(block: Sequence[Doc], attribute: str, root: _Node, found: Sequence[list[Match]]) -> None:
    """Add to `found` what a trie has in each text of a block."""
    column = np.concatenate([doc.to_array(attribute) for doc in block])
    starts = np.cumsum([0, *map(len, block)])
    firsts = np.fromiter(root.next, dtype=np.uint64, count=len(root.next))
    places = np.flatnonzero(np.isin(column, firsts))
    texts = np.searchsorted(starts, places, side="right") - 1
    ids, begins = column.tolist(), starts.tolist()
    for place, text in zip(places.tolist(), texts.tolist(), strict=True):
        begin, end = begins[text], begins[text + 1]
        node: _Node | None = root
        for at in range(place, end):
            node = node.next.get(ids[at]) if node is not None else None
            if node is None:
                break
            for number in node.ends:
                found[text].append((place - begin, at + 1 - begin, number))
