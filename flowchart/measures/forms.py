"""Surface forms: what became of each occurrence of a form that was labelled at least once.

A form is an exact sequence of tokens, case and all. Where it varies, either the form is ambiguous or somebody
slipped; a slip stands out by being rare among many. This is the variation nucleus of Dickinson and Meurers
2003, "Detecting Errors in Part-of-Speech Annotation" (EACL), carried over to spans; Larson et al. 2020,
"Inconsistencies in Crowdsourced Slot-Filling Annotations" (COLING) look at slots in the same way.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc

from flowchart.measures.characters import are_tokens
from flowchart.wilson import wilson

UNLABELLED = "unlabelled"
PARTLY = "partly labelled"

MOST_TOKENS = 20
"""Longer spans are not looked for elsewhere: they hardly come twice, and each costs a look at each text."""

_UNKNOWN = -2
_INSIDE = -1
_UNLABELLED = 0
_PARTLY = 1
_FIRST_LABEL = 2

Form = tuple[int, ...]
"""The ORTH of its tokens."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place where a form stands.

    Attributes:
        text: The index of its text.
        start: Its first token.
        outcome: What became of it: a label, `UNLABELLED` or `PARTLY`.
    """

    text: int
    start: int
    outcome: str


@dataclass(slots=True)
class Variation:
    """A form that was not treated alike everywhere.

    What was not labelled as such, `UNLABELLED` and `PARTLY`, is one decision against each label: where most
    leave a form alone, a span across its edge says nothing about it.

    Attributes:
        form: Its words.
        size: Its number of tokens.
        outcomes: How often each label, `UNLABELLED` and `PARTLY` came.
        usual: The outcomes of most occurrences: one label, or both that are none.
        score: The lower end of the 95% interval of the share of the usual: how sure it is that the others are
            slips rather than another meaning.
        occurrences: All of them, by text and place.
        contexts: The disagreement of occurrences between the same two words, and what it would be if these
            words explained nothing, each weighed by occurrences (see `context_parts`).
    """

    form: str
    size: int
    outcomes: Counter[str]
    usual: frozenset[str]
    score: float
    occurrences: list[Occurrence]
    contexts: tuple[float, float] = (0.0, 0.0)

    @property
    def suspicious(self) -> int:
        """How many occurrences are not as most are."""
        return sum(count for outcome, count in self.outcomes.items() if outcome not in self.usual)

    @property
    def changes(self) -> tuple[int, int]:
        """The spans that would go, and those that would come, were all occurrences as most are."""
        others = {outcome: count for outcome, count in self.outcomes.items() if outcome not in self.usual}
        gone = sum(count for outcome, count in others.items() if outcome != UNLABELLED)
        return gone, 0 if UNLABELLED in self.usual else sum(others.values())


@dataclass(slots=True)
class Forms:
    """All forms of some texts.

    Attributes:
        forms: How many were labelled at least once.
        spans: The labelled spans.
        compared: Those whose form occurs more than once, so that there is something to compare.
        too_long: Those of more than `MOST_TOKENS` tokens, or of one that is a single character of a word.
        outcomes: The occurrences by outcome, all forms together.
        inside: The occurrences inside a longer span, which count as nothing.
        varied: The forms that vary, the surest slips first.
    """

    forms: int = 0
    spans: int = 0
    compared: int = 0
    too_long: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    inside: int = 0
    varied: list[Variation] = field(default_factory=list)


def scan(docs: Sequence[Doc]) -> Forms:
    """Return what became of the forms of the entities in `docs`.

    An occurrence inside a longer span does not count: "cancer" in "breast cancer" is no slip. Nor does an
    unlabelled one inside an unlabelled occurrence of a longer form: that one tells it already. A form with a
    word too many at an edge ("the NHS", "Apple Inc.") is partly labelled wherever the shorter span stands,
    and that is where boundary slips show. Where a token has no annotation nobody has said anything, so an
    occurrence over it does not count either.
    """
    index: dict[Form, int] = {}
    labels: dict[str, int] = {}
    found = Forms()
    fewest = 2 if are_tokens(docs) else 1  # a single character is a part of many other words
    orths: list[list[int]] = []
    for doc in docs:
        words: list[int] = doc.to_array("ORTH").tolist()
        orths.append(words if doc.ents else [])
        for entity in doc.ents:
            found.spans += 1
            if not fewest <= len(entity) <= MOST_TOKENS:
                found.too_long += 1
                continue
            index.setdefault(tuple(words[entity.start : entity.end]), len(index))
            labels.setdefault(entity.label_, len(labels) + _FIRST_LABEL)
    found.forms = len(index)
    places = [array("q") for _ in index]  # text, start, outcome; text, start, outcome; ...
    starts = _starts(index)
    for text, doc in enumerate(docs):
        words = orths[text] or doc.to_array("ORTH").tolist()
        for number, start, outcome in _occurrences(words, _owners(doc, labels), index, starts):
            if outcome == _UNKNOWN:
                continue
            if outcome == _INSIDE:
                found.inside += 1
            else:
                places[number].extend((text, start, outcome))
    names = [UNLABELLED, PARTLY, *labels]
    for (form, _), place in zip(index.items(), places, strict=True):
        outcomes = Counter(place[2::3])
        found.outcomes.update({names[outcome]: count for outcome, count in outcomes.items()})
        if outcomes.total() > 1:
            found.compared += sum(count for outcome, count in outcomes.items() if outcome >= _FIRST_LABEL)
        if len(outcomes) > 1:
            found.varied += _variation(docs, len(form), place, names)
    found.varied.sort(key=lambda each: (-each.score, -each.suspicious, each.form, each.size))
    return found


def context_parts(keys: Iterable[tuple[object, object]]) -> tuple[float, float]:
    """Return how much occurrences of one form differ in the same context, and how much anywhere.

    Two occurrences drawn at random differ with the chance 1 - sum n(n-1) / (N(N-1)), n the occurrences of
    each decision of N (Simpson 1949, Nature 163). The first number is the sum of that over the contexts that
    come more than once, each times its occurrences; the second is the same with the chance of the whole form.
    Their ratio is 0 where the context explains all of the variation, and 1 where it explains none.

    Args:
        keys: The context and the decision of each occurrence.
    """
    contexts: defaultdict[object, Counter[object]] = defaultdict(Counter)
    for context, decision in keys:
        contexts[context][decision] += 1
    whole = _differing(sum(contexts.values(), Counter()))
    repeated = [counts for counts in contexts.values() if counts.total() > 1]
    within = sum(counts.total() * _differing(counts) for counts in repeated)
    return within, sum(counts.total() for counts in repeated) * whole


def _differing(counts: Counter[object]) -> float:
    total = counts.total()
    return 1 - sum(count * (count - 1) for count in counts.values()) / (total * (total - 1))


def _starts(index: Iterable[Form]) -> dict[int, list[int]]:
    """Return the lengths of the forms that begin with a word, longest first."""
    lengths: defaultdict[int, set[int]] = defaultdict(set)
    for form in index:
        lengths[form[0]].add(len(form))
    return {first: sorted(each, reverse=True) for first, each in lengths.items()}


def _owners(doc: Doc, labels: dict[str, int]) -> dict[int, tuple[int, int, int]]:
    """Return start, end and label of the span over each token that has one."""
    owners = {}
    for entity in doc.ents:
        owner = (entity.start, entity.end, labels.get(entity.label_, _PARTLY))
        owners.update(dict.fromkeys(range(entity.start, entity.end), owner))
    iob = doc.to_array("ENT_IOB")
    if not iob.all():
        owners.update((token, (token, token + 1, _UNKNOWN)) for token in (iob == 0).nonzero()[0].tolist())
    return owners


def _occurrences(
    words: Sequence[int],
    owners: dict[int, tuple[int, int, int]],
    index: dict[Form, int],
    starts: dict[int, list[int]],
) -> Iterator[tuple[int, int, int]]:
    """Yield form, first token and outcome of each occurrence in a text."""
    told = 0  # where the unlabelled occurrences so far end
    size = len(words)
    for start, word in enumerate(words):
        for length in starts.get(word, ()):
            end = start + length
            if end > size or (form := index.get(tuple(words[start:end]))) is None:
                continue
            outcome = _outcome(start, end, owners)
            if outcome == _UNLABELLED:
                if end <= told:
                    continue
                told = end
            yield form, start, outcome


def _outcome(start: int, end: int, owners: dict[int, tuple[int, int, int]]) -> int:
    owner = owners.get(start)
    if owner is not None and owner[1] >= end:
        return owner[2] if owner[2] == _UNKNOWN or owner[:2] == (start, end) else _INSIDE
    others = [owners[token][2] for token in range(start, end) if token in owners]
    if _UNKNOWN in others:
        return _UNKNOWN
    return _PARTLY if others else _UNLABELLED


def _variation(
    docs: Sequence[Doc], size: int, place: array[int], names: Sequence[str]
) -> Iterator[Variation]:
    """Yield the form's variation, if it is one: occurrences without a label are all the same."""
    occurrences = [
        Occurrence(text, start, names[outcome])
        for text, start, outcome in zip(place[::3], place[1::3], place[2::3], strict=True)
    ]
    outcomes = Counter(each.outcome for each in occurrences)
    decisions = Counter(_decision(each.outcome) for each in occurrences)
    if len(decisions) < 2:
        return
    usual = min(decisions, key=lambda each: (-decisions[each], each))
    first = occurrences[0]
    yield Variation(
        form=docs[first.text][first.start : first.start + size].text,
        size=size,
        outcomes=outcomes,
        usual=frozenset((usual, PARTLY) if usual == UNLABELLED else (usual,)),
        score=wilson(decisions[usual], decisions.total())[0],
        occurrences=occurrences,
        contexts=context_parts(
            (_context(docs[each.text], each.start, each.start + size), _decision(each.outcome))
            for each in occurrences
        ),
    )


def _decision(outcome: str) -> str:
    return UNLABELLED if outcome == PARTLY else outcome


def _context(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Return the words before and after, in lower case; 0 at the edges of the text."""
    return (doc[start - 1].lower if start else 0, doc[end].lower if end < len(doc) else 0)
