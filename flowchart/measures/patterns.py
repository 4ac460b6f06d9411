"""Reads a patterns file as Prodigy and spaCy's entity ruler have it: one JSON object a line, or one array.

{"label": "DRUG", "pattern": [{"lower": "opiates"}]}    token attributes, one object a token, keys in any case
{"label": "DRUG", "pattern": "crack cocaine"}           a phrase, exactly as it stands

A row that cannot be used is left out and told; the others go on. It may be gzip, as data may be.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.matcher import Matcher
from spacy.schemas import TokenPattern, validate_token_pattern
from spacy.tokens import Doc

from flowchart.dataset.findings import QUOTE, quote
from flowchart.dataset.formats import jsonl
from flowchart.dataset.lenient import UnreadableError, load_object
from flowchart.errors import UserError
from flowchart.measures.time_limit import TimeIsUpError

MOST_REPEATS = 100
"""The most repeats that a pattern's operators may ask for: spaCy spells each of them out."""

_LITERAL = {"ORTH", "TEXT", "LOWER", "SHAPE"}

_KEYS = {(field.alias or name).upper() for name, field in TokenPattern.model_fields.items()} | {"_"}

_NEEDS = {
    **dict.fromkeys(("POS", "MORPH"), "a morphologizer or tagger"),
    "TAG": "a tagger",
    "DEP": "a parser",
    **dict.fromkeys(("SENT_START", "IS_SENT_START"), "a parser or a sentencizer"),
    "LEMMA": "a lemmatizer",
    **dict.fromkeys(("ENT_TYPE", "ENT_IOB", "ENT_ID", "ENT_KB_ID"), "a model of entities"),
    **dict.fromkeys(("_", "UNDERSCORE"), "an extension"),
}
"""What must have set an attribute that no blank pipeline has."""

_PLACE = re.compile(r"\[pattern -> (\d+) -> (\w+)")
"""Where spaCy finds fault with a pattern: the token, from 0, and the attribute."""

_RANGE = re.compile(r"\{(\d*)(,?)(\d*)\}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern.

    Attributes:
        label: The label that it gives.
        pattern: A phrase, or token attributes with their keys in capitals.
        row: The line that it stands in, from 1; 0 for one that was mined.
        written: How it is written, at most 80 characters.
    """

    label: str
    pattern: str | list[dict[str, Any]]
    row: int
    written: str

    def __str__(self) -> str:
        return self.written

    @property
    def title(self) -> str:
        """The pattern for people: its words where it is made of nothing else, else as it is written."""
        if self.literal is None or self.literal[0] not in ("ORTH", "LOWER"):
            return self.written
        return " ".join(self.literal[1])[:80]

    @property
    def literal(self) -> tuple[str, list[str]] | None:
        """The attribute and its value for each token, when all tokens name one value of one attribute."""
        if isinstance(self.pattern, str):
            return None
        names = {next(iter(token)) if len(token) == 1 else "" for token in self.pattern}
        name = names.pop() if len(names) == 1 else ""
        values = [next(iter(token.values())) for token in self.pattern] if name in _LITERAL else []
        if not values or not all(isinstance(value, str) for value in values):
            return None
        return "ORTH" if name == "TEXT" else name, values


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was left out.

    Attributes:
        row: The line, from 1.
        message: What is wrong.
        text: The line, as far as a row's excerpt needs it.
        repeated: Whether the row says again what another one says, so that nothing is lost without it.
    """

    row: int
    message: str
    text: str
    repeated: bool = False


class PatternsError(UserError):
    """The patterns file as a whole cannot be used."""

    refuses = "patterns"


def shown(pattern: object) -> str:
    """Return a pattern as compact JSON, cut to 80 characters."""
    text = json.dumps(pattern, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= QUOTE else text[: QUOTE - 1] + "…"


def read(path: Path, nlp: Language) -> tuple[list[Pattern], list[Problem]]:
    """Return the patterns of a file and the rows left out, both in the order of the file.

    Args:
        path: The file.
        nlp: The pipeline whose tokenizer the phrases are split by.

    Raises:
        PatternsError: The file cannot be read, or has no pattern that can be used.
    """
    patterns: list[Pattern] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    probe = Doc(nlp.vocab, words=["Probe", "1"])
    for row, line in _lines(path):
        try:
            pattern = _pattern(line, row, nlp, probe)
        except TimeIsUpError as up:
            why = f"row {row} takes most of it, {quote(line[:QUOTE].decode('utf-8', 'replace'))}"
            up.explain = lambda why=why: why  # type: ignore[misc]
            raise
        except _BadRowError as bad:
            problems.append(Problem(row, str(bad), line[:QUOTE].decode("utf-8", "replace")))
            continue
        same = json.dumps((pattern.label, pattern.pattern), sort_keys=True)
        if same in seen:
            text = line[:QUOTE].decode("utf-8", "replace")
            problems.append(Problem(row, f"the same pattern as in row {seen[same]}", text, repeated=True))
            continue
        seen[same] = row
        patterns.append(pattern)
    if not patterns:
        first = f"; row {problems[0].row}: {problems[0].message}" if problems else ""
        raise PatternsError(
            f"{path}: no pattern that can be used{first}; write one object a line, as "
            '{"label": "DRUG", "pattern": [{"lower": "opiates"}]}'
        )
    return patterns, problems


def write(path: Path, patterns: Iterable[Pattern]) -> None:
    """Write patterns to a file that Prodigy and spaCy's entity ruler read.

    Raises:
        UserError: It cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for pattern in patterns:
                row = {"label": pattern.label, "pattern": pattern.pattern}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    except (OSError, UnicodeEncodeError) as error:
        reason = getattr(error, "strerror", None) or "text that is no Unicode"
        raise UserError(
            f"{path}: patterns cannot be written ({reason}); make room and measure again"
        ) from None


class _BadRowError(Exception):
    """What is wrong with a row."""


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield each line that is not blank, or each item of an array, with its number, from 1."""
    try:
        if (items := jsonl.array_items(path)) is not None:
            yield from enumerate(map(bytes, items), 1)
            return
        for number, line in enumerate(jsonl.lines(path), 1):
            if line := line.removeprefix(jsonl.BOM if number == 1 else b"").strip():
                yield number, line
    except UserError as error:
        why = str(error).removeprefix(f"{path}: ").split("; ")[0]
        raise PatternsError(f"{path}: the patterns cannot be read ({why}); name a JSONL file") from None


def _pattern(line: bytes, row: int, nlp: Language, probe: Doc) -> Pattern:
    """Return the pattern of a line.

    Raises:
        _BadRowError: It has none that can be used.
    """
    try:
        data = load_object(line)
        json.dumps(data, ensure_ascii=False).encode()
        label = data.get("label")
        if not isinstance(label, str) or not label.strip():
            raise _BadRowError(
                f"the label is no text: {quote(label)}" if "label" in data else "it has no label"
            )
        raw = data.get("pattern")
        if isinstance(raw, str):
            if not len(nlp.make_doc(raw)):
                raise _BadRowError("the pattern is empty")
            return Pattern(label, raw, row, shown(raw))
        if not isinstance(raw, list):
            wrong = f"the pattern is no text and no list: {quote(raw)}"
            raise _BadRowError(wrong if "pattern" in data else "it has no pattern")
        if not raw:
            raise _BadRowError("the pattern is empty")
        pattern = Pattern(label, [_token(token, n) for n, token in enumerate(raw, 1)], row, shown(raw))
        if pattern.literal is None:
            _try(pattern.pattern, probe)
    except UnreadableError as error:
        raise _BadRowError(error.message) from None
    except UnicodeEncodeError:
        raise _BadRowError("half a character, which no text can hold") from None
    except RecursionError:
        raise _BadRowError("the JSON nests too deep") from None
    return pattern


def _token(token: object, number: int) -> dict[str, Any]:
    """Return a token's attributes with their keys in capitals.

    Raises:
        _BadRowError: It is no object, or looks at what is not there.
    """
    if not isinstance(token, dict):
        raise _BadRowError(f"token {number} is no object: {quote(token)}")
    capital = _capital(token, number)
    for key, value in capital.items():
        if key not in _KEYS:
            raise _BadRowError(f"token {number}: no token has {quote(key)}")
        if key in _NEEDS:
            raise _BadRowError(
                f"token {number}: {key} needs {_NEEDS[key]}, and rules are measured without a pipeline"
            )
        if key == "LENGTH" and isinstance(value, dict) and "REGEX" in value:
            raise _BadRowError(f"token {number}: REGEX looks at text, and LENGTH is a number")
    return capital


def _capital(attributes: dict[str, Any], number: int) -> dict[str, Any]:
    capital: dict[str, Any] = {}
    for key, value in attributes.items():
        if key.upper() in capital:
            raise _BadRowError(f"token {number} has {quote(key.upper())} twice")
        capital[key.upper()] = _capital(value, number) if isinstance(value, dict) else value
    return capital


def _try(pattern: object, probe: Doc) -> None:
    """Match a pattern once.

    Raises:
        _BadRowError: spaCy does not take it.
    """
    assert isinstance(pattern, list)
    repeats = 0
    for token in pattern:
        bounds = _RANGE.fullmatch(str(token.get("OP", "")))
        digits = [part for part in bounds.groups() if part.isdigit()] if bounds else []
        repeats += max((int(part[:9]) for part in digits), default=0)
    if repeats > MOST_REPEATS:
        raise _BadRowError(f"it asks for {repeats:,} repeats of tokens; {MOST_REPEATS} at most")
    try:
        wrong = validate_token_pattern(pattern)
        if wrong:
            raise _BadRowError(_refusal(pattern, wrong))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            matcher = Matcher(probe.vocab, validate=False)
            matcher.add("probe", [pattern])
            matcher(probe)
    except (_BadRowError, RecursionError, MemoryError):
        raise
    except re.error as error:
        value = (
            error.pattern.decode("utf-8", "replace") if isinstance(error.pattern, bytes) else error.pattern
        )
        raise _BadRowError(f"no regular expression ({error.msg}): {quote(value)}") from None
    except Exception as error:  # whatever spaCy raises over it, the row is what is wrong
        raise _BadRowError(f"spaCy does not take it ({type(error).__name__}: {error})"[:300]) from None


def _refusal(pattern: list[dict[str, Any]], wrong: Iterable[object]) -> str:
    """Return what is wrong with a pattern by spaCy's schema; its own words name Python types."""
    for message in map(str, wrong):
        place = _PLACE.search(message)
        if place is not None and place[2] in pattern[int(place[1])]:
            return (
                f"token {int(place[1]) + 1}: {place[2]} cannot be {quote(pattern[int(place[1])][place[2]])}"
            )
    return f"spaCy does not take it: {quote(pattern)}"
