"""What every match of a regular expression must hold: a white space, something else, a capital.

It errs on one side: what it says is needed is needed; what it does not say may be needed all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Parsed: TypeAlias = Any
"""What Python's own parser of expressions returns, which no stub describes."""

Is = Callable[[str], bool]
_PARSER: Parsed = re._parser  # type: ignore[attr-defined]  # what `re.compile` itself reads expressions with
_MOST_IN_RANGE = 1000
_WHITE = ("CATEGORY_SPACE", "CATEGORY_UNI_SPACE")
_SOLID = ("CATEGORY_NOT_SPACE", "CATEGORY_DIGIT", "CATEGORY_WORD")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def needs_space(pattern: str) -> bool:
    """Whether every match has a character of white space."""
    return _needed(pattern, str.isspace, _WHITE)


def needs_solid(pattern: str) -> bool:
    """Whether every match has a character that is no white space."""
    return _needed(pattern, lambda character: not character.isspace(), _SOLID)


def needs_capital(pattern: str) -> bool:
    """Whether every match has a character that no text in small letters has."""
    return _needed(pattern, lambda character: character.lower() != character, (), cased=True)


def _needed(pattern: str, which: Is, categories: Sequence[str], *, cased: bool = False) -> bool:
    try:
        parsed = _PARSER.parse(pattern)
        if cased and parsed.state.flags & re.IGNORECASE:
            return False
        return _Needs(which, categories, cased).in_any(parsed)
    except (re.error, RecursionError, OverflowError):
        return False


@dataclass(frozen=True, slots=True)
class _Needs:
    """What is looked for: characters by a test and by the classes of `re`; case counts where `cased`."""

    which: Is
    categories: Sequence[str]
    cased: bool

    def in_any(self, parts: Parsed) -> bool:
        """Whether any part of a sequence, all of which must match, is or holds such a character."""
        return any(self._in_part(str(op), given) for op, given in parts)

    def _in_part(self, op: str, given: Parsed) -> bool:
        found = False
        if op == "LITERAL":
            found = self.which(chr(given))
        elif op == "IN":
            found = all(self._member(str(kind), value) for kind, value in given)
        elif op == "BRANCH":
            found = all(map(self.in_any, given[1]))
        elif op in _REPEATS:
            found = given[0] > 0 and self.in_any(given[2])
        elif op == "SUBPATTERN":  # which may have flags of its own, as (?i:x)
            found = not (self.cased and given[1] & re.IGNORECASE) and self.in_any(given[3])
        elif op in ("ATOMIC_GROUP", "ASSERT"):
            found = self.in_any(given if op == "ATOMIC_GROUP" else given[1])
        return found

    def _member(self, kind: str, value: Parsed) -> bool:
        if kind == "LITERAL":
            return self.which(chr(value))
        if kind == "RANGE":
            low, high = value
            return high - low < _MOST_IN_RANGE and all(map(self.which, map(chr, range(low, high + 1))))
        return kind == "CATEGORY" and str(value) in self.categories
