"""Surface forms and what became of their occurrences: hand-computed cases, and what holds for any texts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from flowchart.measures.forms import PARTLY, UNLABELLED, context_parts, scan
from flowchart.wilson import wilson

VOCAB = spacy.blank("en").vocab


def doc(words: str, *spans: tuple[int, int, str]) -> Doc:
    made = Doc(VOCAB, words=words.split())
    made.ents = [Span(made, start, end, label=label) for start, end, label in spans]
    return made


def outcomes(docs: Sequence[Doc]) -> dict[str, dict[str, int]]:
    return {each.form: dict(each.outcomes) for each in scan(docs).varied}


@pytest.mark.parametrize(
    ("count", "total", "low"),
    [(0, 0, 0.0), (0, 10, 0.0), (1, 1, 0.2065), (5, 10, 0.2366), (778, 779, 0.9928)],
)
def test_the_interval_is_wilsons(count: int, total: int, low: float) -> None:
    assert wilson(count, total)[0] == pytest.approx(low, abs=1e-4)


def test_a_word_labelled_once_in_779_comes_before_a_true_ambiguity() -> None:
    docs = [doc("add to it") for _ in range(778)] + [doc("add to it", (1, 2, "INGRED"))]
    docs += [doc("may come", (0, 1, "DATE")) for _ in range(30)] + [doc("may come") for _ in range(70)]
    first, second = scan(docs).varied
    assert (first.form, first.suspicious, first.outcomes) == ("to", 1, {UNLABELLED: 778, "INGRED": 1})
    assert (second.form, second.suspicious) == ("may", 30)
    assert first.score == pytest.approx(0.993, abs=1e-3)
    assert second.score == pytest.approx(0.604, abs=1e-3)
    # one span would go; all 30 would, were "may" never a date
    assert (first.changes, second.changes) == ((1, 0), (30, 0))


def test_occurrences_inside_longer_spans_do_not_count() -> None:
    docs = [doc("breast cancer", (0, 2, "D")), doc("breast cancer", (0, 2, "D")), doc("cancer", (0, 1, "D"))]
    found = scan(docs)
    assert found.varied == []
    assert (found.inside, found.spans, found.compared, found.forms) == (2, 3, 2, 2)


def test_an_unlabelled_occurrence_counts_for_the_longest_form_only() -> None:
    docs = [doc("New York", (0, 2, "LOC")), doc("York", (0, 1, "LOC")), doc("in New York today")]
    assert outcomes(docs) == {"New York": {"LOC": 1, UNLABELLED: 1}}


def test_other_boundaries_are_partly_labelled() -> None:
    docs = [doc("Apple Inc.", (0, 2, "ORG")) for _ in range(9)] + [doc("Apple Inc.", (0, 1, "ORG"))]
    (group,) = scan(docs).varied
    assert (group.form, group.outcomes, group.suspicious) == ("Apple Inc.", {"ORG": 9, PARTLY: 1}, 1)
    assert group.changes == (1, 1)
    # a word too many, once: most have the shorter span there
    docs = [doc("the NHS", (1, 2, "ORG")) for _ in range(9)] + [doc("the NHS", (0, 2, "ORG"))]
    (group,) = scan(docs).varied
    assert (group.form, group.outcomes, group.suspicious) == ("the NHS", {PARTLY: 9, "ORG": 1}, 1)


def test_forms_are_told_apart_by_case() -> None:
    assert scan([doc("May", (0, 1, "DATE")), doc("may")]).varied == []


def test_a_context_that_explains_everything_leaves_nothing() -> None:
    explained = [("a", "X"), ("a", "X"), ("b", "Y"), ("b", "Y")]
    within, whole = context_parts(explained)
    assert within == 0
    assert whole == pytest.approx(4 * (1 - 4 / 12))
    # the same words around both: the variation is all there in it
    within, whole = context_parts([("a", "X"), ("a", "X"), ("a", "Y"), ("a", "Y")])
    assert within == whole == pytest.approx(4 * (1 - 4 / 12))
    assert context_parts([("a", "X"), ("b", "Y")]) == (0, 0)


WORDS = st.lists(st.sampled_from(["a", "b", "c", "A"]), min_size=1, max_size=8)


@st.composite
def texts(draw: st.DrawFn) -> list[Doc]:
    found = []
    for words in draw(st.lists(WORDS, min_size=1, max_size=8)):
        tags = draw(st.lists(st.sampled_from(["", "", "X", "Y"]), min_size=len(words), max_size=len(words)))
        spans, start = [], 0
        while start < len(words):
            end = start + 1
            while tags[start] and end < len(words) and tags[end] == tags[start] and draw(st.booleans()):
                end += 1
            if tags[start]:
                spans.append((start, end, tags[start]))
            start = end
        found.append(doc(" ".join(words), *spans))
    return found


@given(texts(), st.randoms(use_true_random=False))
def test_the_order_of_texts_does_not_matter_and_outcomes_add_up(docs: list[Doc], random: object) -> None:
    found = scan(docs)
    shuffled = list(docs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = scan(shuffled)
    assert [(each.form, each.outcomes, each.score) for each in found.varied] == [
        (each.form, each.outcomes, each.score) for each in again.varied
    ]
    assert found.outcomes == again.outcomes
    labelled = sum(count for name, count in found.outcomes.items() if name not in (UNLABELLED, PARTLY))
    assert labelled == found.spans == sum(len(each.ents) for each in docs)
    assert found.compared <= found.spans
    for each in found.varied:
        assert each.outcomes.total() == len(each.occurrences)
        assert 0 < each.suspicious < len(each.occurrences)
        assert 0 <= each.score < 1
        within, whole = each.contexts
        assert 0 <= within <= len(each.occurrences)
        assert whole >= 0
        for occurrence in each.occurrences:
            there = docs[occurrence.text][occurrence.start : occurrence.start + each.size]
            assert " ".join(token.text for token in there) == each.form.strip()
