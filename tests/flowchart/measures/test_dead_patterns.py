"""Patterns that can never match: what is said to be dead is dead, and why; what may match is left alone."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.matcher import Matcher

from flowchart.measures.dead_patterns import Undertaker
from flowchart.measures.patterns import Pattern
from flowchart.measures.regex_needs import needs_capital, needs_solid, needs_space

NLP = spacy.blank("en")


def why(tokens: Any, *texts: str, lang: str = "en") -> str:
    nlp = NLP if lang == "en" else spacy.blank(lang)
    return Undertaker(nlp, list(map(nlp.make_doc, texts))).why(Pattern("A", tokens, 1, ""))


DEAD: list[tuple[list[dict[str, Any]], str]] = [
    ([{"LOWER": "Brain"}, {"LOWER": "tumour"}], "token 1: LOWER is the text in small letters, never 'Brain'"),
    ([{"LOWER": "a"}, {"LOWER": "ÄRZTE"}], "token 2: LOWER is the text in small letters, never 'ÄRZTE'"),
    ([{"LOWER": "brain tumour"}], "'brain tumour' has a space"),
    ([{"TEXT": "Brain Tumour"}], "has a space"),
    ([{"ORTH": "Brain\ttumour"}], "has a space"),
    ([{"ORTH": ""}], "ORTH is empty"),
    ([{"LOWER": {"IN": ["Brain", "brain tumour"]}}], "none of the 2 words can match: LOWER is the text"),
    ([{"LOWER": {"IN": []}}], "one of an empty list"),
    ([{"TEXT": {"REGEX": "brain tumou?r"}}], "asks for a space"),
    ([{"TEXT": {"REGEX": r"(brain|lung)\s+tumou?r"}}], "asks for a space"),
    ([{"LOWER": {"REGEX": {"IN": ["a b", "c d"]}}}], "asks for a space"),
    ([{"LOWER": {"REGEX": "^[A-Z]{2}"}}], "asks for a capital"),
    ([{"LOWER": {"REGEX": "Brain|LUNG"}}], "asks for a capital"),
    ([{"LOWER": "hosp."}], "'hosp.' is no token: it is cut into hosp ."),
    ([{"LOWER": "brain-stem"}], "it is cut into brain - stem"),
    ([{"TEXT": "don't"}], "it is cut into do n't"),
    ([{"SHAPE": "Xxxxxx"}], "at most four of a kind"),
    ([{"SHAPE": "Brain"}], "at most four of a kind"),
    ([{"LENGTH": 0}], "no token has LENGTH 0"),
    ([{"LENGTH": {">": 5, "<": 3}}], "no token has LENGTH"),
    ([{"LOWER": "brain", "LENGTH": 3}], "'brain' is never what LENGTH asks for"),
    ([{"LOWER": "brain", "IS_DIGIT": True}], "'brain' is never what IS_DIGIT asks for"),
    ([{"TEXT": "Brain", "LOWER": {"IN": ["brian", "bran"]}}], "is never what LOWER asks for"),
    ([{"IS_ALPHA": True, "IS_DIGIT": True}], "no token is both IS_ALPHA and IS_DIGIT"),
    ([{"IS_LOWER": True, "IS_PUNCT": 1}], "no token is both IS_LOWER and IS_PUNCT"),
    ([{"IS_UPPER": True, "IS_LOWER": True}], "no token is both IS_UPPER and IS_LOWER"),
    ([{"LOWER": "Brain", "OP": "+"}], "never 'Brain'"),
    ([{"LOWER": "Brain", "OP": "{2}"}], "never 'Brain'"),
    ([{"LOWER": "Brain", "OP": "?"}], "never 'Brain'"),
    ([{"LOWER": "Brain", "OP": "*"}, {"LOWER": "Stem", "OP": "{0,1}"}], "never 'Brain'"),
]

ALIVE: list[list[dict[str, Any]]] = [
    [{"LOWER": "brain"}, {"LOWER": "tumour"}],
    [{"LOWER": {"IN": ["Brain", "brain"]}}],
    [{"LOWER": {"NOT_IN": ["Brain"]}}],
    [{"LOWER": {"FUZZY": "Brain"}}],
    [{"LOWER": {"REGEX": "(?i)^[A-Z]+$"}}],
    [{"LOWER": {"REGEX": "(?i:Brain)"}}],
    [{"LOWER": {"REGEX": "Brain|lung"}}],
    [{"TEXT": {"REGEX": r"^\s+$"}}],
    [{"TEXT": {"REGEX": r"brain( tumour)?"}}],
    [{"LOWER": "inc."}],  # "Inc." stays whole
    [{"LOWER": "n't"}],
    [{"LOWER": "cannot"}],  # "CANNOT" stays whole
    [{"LOWER": "'s"}],
    [{"TEXT": "  "}],
    [{"TEXT": "$"}],
    [{"LOWER": "covid-19"}],
    [{"LOWER": "https://a.b"}],
    [{"TEXT": "mRNA", "LOWER": "mrna"}],
    [{"LOWER": "mrna", "SHAPE": "xXXX"}],
    [{"LOWER": "brain", "IS_UPPER": True, "LENGTH": {">=": 5}}],
    [{"SHAPE": "Xxxxx"}],
    [{"SHAPE": "dd/dd"}],
    [{"LENGTH": {">=": 3, "<": 5}}],
    [{"IS_UPPER": True, "IS_TITLE": True}],  # "A"
    [{"IS_ALPHA": True, "LIKE_NUM": True}],  # "ten"
    [{"LOWER": "Brain", "OP": "?"}, {"LOWER": "tumour"}],
    [{"LOWER": "Brain", "OP": "!"}, {"LOWER": "tumour"}],
    [{}],
]


@pytest.mark.parametrize(("tokens", "reason"), DEAD)
def test_a_dead_pattern_says_why(tokens: list[dict[str, Any]], reason: str) -> None:
    assert reason in why(tokens)


@pytest.mark.parametrize("tokens", ALIVE)
def test_what_may_match_is_not_dead(tokens: list[dict[str, Any]]) -> None:
    assert why(tokens) == ""


@pytest.mark.parametrize(
    ("tokens", "reason"),
    [
        ([{"LOWER": {"IN": ["Brain", "lung", "a b"]}}], "token 1: 2 words of 3 can never match: LOWER is"),
        ([{}, {"TEXT": {"IN": ["Brain", "brain-stem"]}}], "token 2: 1 word of 2 can never match: TEXT"),
        ([{"LOWER": {"IN": ["brain", "lung"]}}], ""),
        ([{"LOWER": {"NOT_IN": ["Brain"]}}], ""),
        ([{"LENGTH": {"IN": [2, 3]}}], ""),
        ("Brain", ""),
    ],
)
def test_of_a_list_some_words_may_never_match(tokens: Any, reason: str) -> None:
    found = Undertaker(NLP, []).in_part(Pattern("A", tokens, 1, ""))
    assert found.startswith(reason)
    assert bool(found) is bool(reason)


def test_a_phrase_is_cut_as_the_text_is() -> None:
    assert Undertaker(NLP, []).why(Pattern("A", "Brain tumour-like", 1, "")) == ""


def test_what_the_texts_hold_is_possible_whoever_cut_them() -> None:
    assert why([{"LOWER": "brain-stem"}])
    whole = spacy.tokens.Doc(NLP.vocab, words=["The", "Brain-stem", "New York"])
    undertaker = Undertaker(NLP, [whole])
    for tokens in ([{"LOWER": "brain-stem"}], [{"TEXT": "New York"}], [{"TEXT": {"REGEX": "ew Y"}}]):
        assert undertaker.why(Pattern("A", tokens, 1, "")) == ""


def test_characters_are_tokens_of_chinese() -> None:
    assert "it is cut into 北 京" in why([{"LOWER": "北京"}], lang="zh")
    assert why([{"LOWER": "北"}, {"LOWER": "京"}], lang="zh") == ""


@pytest.mark.parametrize(
    ("tokens", "mended"),
    [
        ([{"LOWER": "Brain"}, {"LOWER": "tumour"}], [{"LOWER": "brain"}, {"LOWER": "tumour"}]),
        (
            [{"LOWER": "Brain-Stem  x"}],
            [{"LOWER": "brain"}, {"LOWER": "-"}, {"LOWER": "stem"}, {"LOWER": "x"}],
        ),
        ([{"TEXT": "St. Mary Hosp."}], [{"TEXT": "St."}, {"TEXT": "Mary"}, {"TEXT": "Hosp"}, {"TEXT": "."}]),
        ([{"LOWER": {"IN": ["Brain"]}}], None),
        ([{"LENGTH": 0}], None),
    ],
)
def test_what_it_plainly_means(tokens: Any, mended: Any) -> None:
    found = Undertaker(NLP, []).mended(Pattern("A", tokens, 7, ""))
    assert (found.pattern if found else None) == mended
    assert found is None or (found.row, found.label) == (7, "A")


@pytest.mark.parametrize(
    ("regex", "space", "solid", "capital"),
    [
        ("a b", True, True, False),
        (r"\s", True, False, False),
        (r"a\s*b", False, True, False),
        (r"a(?:\s|_)b", False, True, False),
        (r"(?=A )", True, True, True),
        (r"(?!A )", False, False, False),
        (r"[A-ZÄ]\d", False, True, True),
        (r"[^a]", False, False, False),
        (r".+", False, False, False),
        (r"A{0,2}", False, False, False),
        ("(", False, False, False),
    ],
)
def test_what_an_expression_needs(regex: str, space: bool, solid: bool, capital: bool) -> None:
    assert (needs_space(regex), needs_solid(regex), needs_capital(regex)) == (space, solid, capital)


_words = st.sampled_from(["a", "A", "a b", "Ab", "a-b", "a.", "ab", " ", "", "1", "x1", "don't", "u.s."])
_regexes = st.sampled_from(["a", "A", "a b", r"\s", "a|A", "(?i)A", "[A-Z]", "^a", r"\d"])
_condition = st.one_of(
    _words,
    st.fixed_dictionaries({"IN": st.lists(_words, max_size=3)}),
    st.fixed_dictionaries({"REGEX": _regexes}),
)
_token = st.fixed_dictionaries(
    {},
    optional={
        "LOWER": _condition,
        "TEXT": _condition,
        "SHAPE": st.sampled_from(["x", "X", "d", "xx", "Xx", "xd", "x.x.", "xxxxx"]),
        "LENGTH": st.sampled_from([0, 1, 2, {">": 1}, {"<": 1}, {"IN": [3, 0]}]),
        "IS_ALPHA": st.booleans(),
        "IS_DIGIT": st.booleans(),
        "IS_UPPER": st.booleans(),
        "IS_TITLE": st.booleans(),
        "OP": st.sampled_from(["?", "+", "*", "!", "{0,2}", "{1,2}"]),
    },
)
TEXTS = [
    "a A ab Ab AB aB a-b A.B. a. U.S. u.s. US 1 x1 X1 don't DON'T  11 (a b) \n a. A. 'a'",
    "Ab",
    "a b.",
    "1a",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(_token, min_size=1, max_size=2))
@example([{"LOWER": "u.s."}])
def test_whatever_is_called_dead_matches_nowhere(tokens: list[dict[str, Any]]) -> None:
    if not why(tokens):
        return
    matcher = Matcher(NLP.vocab, validate=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matcher.add("dead", [tokens])
        found = [doc[start:end] for doc in NLP.pipe(TEXTS) for _, start, end in matcher(doc) if start != end]
    assert found == []
