"""Patterns that can never match, whatever the text, and why: a capital or a space under LOWER, and the like.

A verdict about rules must not rest on patterns that were written in a way that cannot work. What is said here
is certain: it follows from how spaCy makes tokens and their attributes. A blank pipeline's tokenizer cuts at
white space first, so that a token is white space or has none; it cuts equal words alike; LOWER is a token's
text in small letters, and SHAPE writes at most four of a kind in a row. What the texts themselves hold proves
the contrary, whoever tokenised them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
from spacy.lang.lex_attrs import word_shape
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.symbols import ORTH  # type: ignore[import-not-found]
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc

from flowchart.dataset.findings import quote
from flowchart.measures.patterns import Pattern, shown
from flowchart.measures.regex_needs import needs_capital, needs_solid, needs_space

_TEXT = ("TEXT", "ORTH")
_STRINGS = (*_TEXT, "LOWER")
_CONTEXTS = ("{}", "a {} b", "({})", '"{}"', "{}.", "{},", "1{}", "a{}", "{}s")
"""Where a word may stand that the tokenizer cuts otherwise alone."""

_MOST_CASES = 10
"""Letters of a word whose spellings in capitals and small letters are all tried: 1,024 at most."""

_KINDS = ("IS_ALPHA", "IS_DIGIT", "IS_SPACE", "IS_PUNCT", "IS_CURRENCY")
"""No token is of two of these kinds: each is about all of its characters."""

_CASES = {"IS_LOWER": ("IS_UPPER", "IS_TITLE"), "IS_UPPER": ("IS_LOWER",), "IS_TITLE": ("IS_LOWER",)}
"""What a token of one case is not; nor is it of a kind that has no letters."""


class Undertaker:
    """Says of patterns whether they can ever match."""

    def __init__(self, nlp: Language, docs: Iterable[Doc]) -> None:
        """Look through the texts for the tokens that there are.

        Args:
            nlp: The pipeline that the texts are tokenised by.
            docs: The texts.
        """
        self._nlp = nlp
        ids = [np.unique(doc.to_array("ORTH")) for doc in docs if len(doc)]
        seen = np.unique(np.concatenate(ids)).tolist() if ids else []
        words = [nlp.vocab.strings[each] for each in seen]
        self._seen = {*words, *map(str.lower, words)}
        plain = isinstance(nlp.tokenizer, Tokenizer)
        self._cuts_at_space = plain and not any(_mixed(word) for word in words)
        # Chinese, say, is cut in characters, or by what stands around a word.
        self._cuts_alike = plain or str(getattr(nlp.tokenizer, "segmenter", "")) == "char"
        self._cut: dict[tuple[str, str], list[str]] = {}
        rules: Mapping[str, Any] = getattr(nlp.tokenizer, "rules", None) or {}
        special = {str(piece[ORTH]) for pieces in rules.values() for piece in pieces}
        self._special = {*special, *map(str.lower, special)}  # as "n't", which stands in "can't" only

    def why(self, pattern: Pattern) -> str:
        """Return why a pattern can never match; "" where it may."""
        if isinstance(pattern.pattern, str):
            return ""  # a phrase is cut as the text is; where it stands it may be cut otherwise
        alive, optional = False, ""
        for number, token in enumerate(pattern.pattern, 1):
            operator = str(token.get("OP", "1"))
            if operator == "!":
                return ""
            why = self._token({name: value for name, value in token.items() if name != "OP"})
            if why and operator not in ("?", "*") and not operator.startswith(("{0", "{,")):
                return f"token {number}: {why}"
            alive = alive or not why
            optional = optional or f"token {number}: {why}"
        return "" if alive else optional  # of nothing but dead tokens no match has any

    def in_part(self, pattern: Pattern) -> str:
        """Return which words of a list can never match, where others of it may; "" where all may."""
        for number, token in enumerate(pattern.pattern if isinstance(pattern.pattern, list) else (), 1):
            for name in _STRINGS:
                given = token.get(name)
                members = given.get("IN") if isinstance(given, Mapping) else None
                words = [each for each in members or () if isinstance(each, str)]
                reasons = [why for each in words if (why := self._word(name, each))]
                if reasons:
                    what = "word" if len(reasons) == 1 else "words"
                    return (
                        f"token {number}: {len(reasons)} {what} of {len(words)} can never match: {reasons[0]}"
                    )
        return ""

    def mended(self, pattern: Pattern) -> Pattern | None:
        """Return what a dead pattern most likely means: its words as the tokenizer cuts them.

        None where it names more than one word for each token.
        """
        if (literal := pattern.literal) is None or literal[0] not in ("ORTH", "LOWER"):
            return None
        name = "LOWER" if literal[0] == "LOWER" else "TEXT"
        tokens = self._nlp.make_doc(" ".join(" ".join(literal[1]).split()))
        words = [{name: token.lower_ if name == "LOWER" else token.text} for token in tokens]
        if not words or words == pattern.pattern:
            return None
        new = Pattern(pattern.label, words, pattern.row, shown(words))
        return None if self.why(new) else new

    def _token(self, token: Mapping[str, Any]) -> str:
        """Return why no token can be like this; "" where one may."""
        for name in _STRINGS:
            if name in token and (why := self._string(name, token[name])):
                return why
        shape = token.get("SHAPE")
        if isinstance(shape, str) and (why := self._shape(shape)):
            return why
        if "LENGTH" in token and not self._has_length(token["LENGTH"]):
            return f"no token has LENGTH {shown(token['LENGTH'])}"
        return _against(token) or self._together(token)

    def _string(self, name: str, given: object) -> str:
        if isinstance(given, str):
            return self._word(name, given)
        if not isinstance(given, Mapping):
            return ""
        members = given.get("IN")
        if isinstance(members, list):
            if not members:
                return f"{name} is one of an empty list"
            reasons = [self._word(name, each) if isinstance(each, str) else "" for each in members]
            if all(reasons):
                none = f"none of the {len(members)} words can match: " if len(members) > 1 else ""
                return f"{none}{reasons[0]}"
        regex = given.get("REGEX")
        if isinstance(regex, Mapping):
            members = regex.get("IN")
            found = [self._regex(name, each) for each in members] if isinstance(members, list) else [""]
            return found[0] if found and all(found) else ""
        return self._regex(name, regex)

    def _word(self, name: str, word: str) -> str:
        """Return why no token's text, or its small letters, is this word."""
        if word in self._seen and not (name == "LOWER" and word.lower() != word):
            return ""
        if not word:
            return f"{name} is empty, and no token is"
        if name == "LOWER" and word.lower() != word:
            return f"LOWER is the text in small letters, never {quote(word)}; write {quote(word.lower())}"
        if self._cuts_at_space and _mixed(word):
            return f"{name} {quote(word)} has a space, and no token has; write one token for each word"
        if not self._cuts_alike or word.isspace() or _mixed(word):
            return ""
        pieces = self._pieces(name, word)
        return f"{name} {quote(word)} is no token: it is cut into {' '.join(pieces)}"[:300] if pieces else ""

    def _pieces(self, name: str, word: str) -> list[str]:
        """Return the tokens that a word is cut into wherever it stands; none where it stays whole."""
        if (name, word) not in self._cut:
            spellings = _spellings(word, every=False) if name == "LOWER" else (word,)
            whole = word in self._special or any(
                spelling in (token.text for token in self._nlp.make_doc(context.format(spelling)))
                for spelling in spellings
                for context in _CONTEXTS
            )
            self._cut[name, word] = [] if whole else [token.text for token in self._nlp.make_doc(word)]
        return self._cut[name, word]

    def _regex(self, name: str, regex: object) -> str:
        if not isinstance(regex, str):
            return ""
        if name == "LOWER" and needs_capital(regex):
            return f"LOWER is the text in small letters, and {quote(regex)} asks for a capital"
        if self._cuts_at_space and needs_space(regex) and needs_solid(regex):
            return f"{quote(regex)} asks for a space, and no token has one; write a token for each word"
        return ""

    def _shape(self, shape: str) -> str:
        if word_shape(shape.replace("d", "1")) != shape:
            return f"no token has SHAPE {quote(shape)}: at most four of a kind stand in a row, of X, x and d"
        if self._cuts_at_space and _mixed(shape):
            return f"SHAPE {quote(shape)} has a space, and no token has"
        return ""

    def _has_length(self, given: object) -> bool:
        """Whether any length from 1 on is so; where it changes is beside the numbers that are named."""
        named = [number for number in _numbers(given) if abs(number) < 10_000]
        return len(named) < len(list(_numbers(given))) or any(
            self._matches({"LENGTH": given}, "a" * length)
            for length in sorted({1, *(number + step for number in named for step in (-1, 0, 1))})
            if length > 0
        )

    def _together(self, token: Mapping[str, Any]) -> str:
        """Return that the word named in a token has not what else is asked of it."""
        name = next((name for name in _STRINGS if name in token), "")
        if not name or len(token) < 2:
            return ""
        given = token[name]
        members = [given] if isinstance(given, str) else given.get("IN") if isinstance(given, dict) else None
        if not isinstance(members, list) or not all(isinstance(word, str) for word in members):
            return ""
        rest = {key: value for key, value in token.items() if key not in ("SPACY", "NORM")}
        for word in members:
            spellings = [word] if name in _TEXT else list(_spellings(word, every=True))
            if not spellings or any(self._matches(rest, spelling) for spelling in spellings):
                return ""
        others = ", ".join(key for key in rest if key != name)
        return f"{quote(members[0])} is never what {others} asks for" if others else ""

    def _matches(self, token: Mapping[str, Any], word: str) -> bool:
        matcher = Matcher(self._nlp.vocab, validate=False)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                matcher.add("token", [[dict(token)]])
                return bool(matcher(Doc(self._nlp.vocab, words=[word], spaces=[False])))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            return True  # whatever it is, it is not proved that nothing matches


def _against(token: Mapping[str, Any]) -> str:
    """Return that two things are asked of a token that none has both of."""
    asked = [name for name, value in token.items() if value is True or value == 1]
    kinds = [name for name in asked if name in _KINDS]
    if len(kinds) > 1:
        return f"no token is both {kinds[0]} and {kinds[1]}"
    for name in asked:
        others = {*_CASES[name], *_KINDS[1:]} if name in _CASES else set()
        if both := next((other for other in asked if other in others), ""):
            return f"no token is both {name} and {both}"
    return ""


def _mixed(word: str) -> bool:
    """Whether a word has white space and something else."""
    return not word.isspace() and any(character.isspace() for character in word)


def _spellings(word: str, *, every: bool) -> Iterator[str]:
    """Yield texts whose small letters are a word; none where there are too many to try each."""
    some: tuple[str, ...] = (word, word.upper(), word.title(), word.capitalize())
    if every and word.lower() != word.upper():
        if sum(character.upper() != character for character in word) > _MOST_CASES:
            return
        some = tuple(map("".join, product(*({each, each.upper()} for each in word))))
    yield from dict.fromkeys(each for each in some if each.lower() == word)


def _numbers(given: object) -> Iterator[int]:
    """Yield the whole numbers in a condition."""
    if isinstance(given, Mapping):
        for value in given.values():
            yield from _numbers(value)
    elif isinstance(given, list):
        for value in given:
            yield from _numbers(value)
    elif isinstance(given, (int, float)):
        yield int(given)
