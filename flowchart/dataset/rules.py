"""The rules for a row: when it is a usable NER task, when it is binary, what is wrong with its offsets."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec import UNSET, Raw

from flowchart.dataset import foreign, interfaces, sayings
from flowchart.dataset.findings import quote
from flowchart.dataset.lenient import load_object
from flowchart.dataset.task import Row, Span, Token, decode_tokens

_MARK = re.compile(r"\[[A-Z]+\]|</?[a-z]+>|<\|.*\|>")
"""What stands for no part of the text: [CLS], <s>, <|endoftext|>."""

MAX_TEXT = 1_000_000
"""The longest text in characters: `nlp.max_length` of spaCy, which raises E088 beyond it."""

_PLAIN = frozenset(["text", "tokens", "answer", "meta", "spans", "versions", "sessions", "view_id"]) | {
    f"_{name}"
    for name in (
        "input_hash",
        "task_hash",
        "is_binary",
        "view_id",
        "annotator_id",
        "session_id",
        "timestamp",
    )
}
"""What a Prodigy task of named entities holds besides what the person brought."""

_EMPTY = (b"[]", b"{}", b"null", b'""')
_NOTHING: tuple[object, ...] = ([], {}, None, "")
_decode_keys = msgspec.json.Decoder(dict[str, Raw]).decode


def fault(row: Row, line: bytes | memoryview, *, lone: bool, readable: bool = True) -> tuple[str, str] | None:
    """Return why a row is no usable NER task, as the kind of finding and a message; None when it is one.

    Args:
        row: The row.
        line: Its bytes, looked at again when it has no text.
        lone: Whether the text holds half of a surrogate pair.
        readable: Whether its spans, if it has a list of them, can be read: boxes in images cannot.
    """
    text = row.text
    if not isinstance(text, str):
        return without_text(row, line)
    if not text or text.isspace():
        return "text-empty", f"the text is {'only white space' if text else 'empty'}: {quote(text)}"
    if lone:
        return "lone-surrogate", f"the text holds half a character (a lone surrogate): {text[:40]!a}"
    if len(text) > MAX_TEXT:
        return "text-too-long", f"the text has {len(text):,} characters, spaCy takes {MAX_TEXT:,}; split it"
    return _other_task(row, line, readable=readable)


def _other_task(row: Row, line: bytes | memoryview, *, readable: bool) -> tuple[str, str] | None:
    if (
        readable
        and (row.view_id is UNSET or row.view_id in interfaces.NER)
        and isinstance(row.spans, list)
        and row.relations is UNSET
        and row.versions is UNSET
    ):
        return None  # most rows
    view = row.view_id if isinstance(row.view_id, str) else ""
    if sayings.is_reviewed(row):
        view = sayings.reviewed_interface(line) or view
    has_spans = readable and isinstance(row.spans, list)
    related = row.relations is not UNSET or view == "relations"
    if has_spans and (row.spans if related else view not in interfaces.OTHER):
        return None  # labelled spans are entities, whatever relations there are between them
    written, keys = held(line)
    if not has_spans and (format_ := _other_format(row, line, written)):
        return "other-format", format_
    keys = keys | {"spans"} if has_spans else keys - {"spans"}
    if message := interfaces.other_task(view, keys):
        return "not-ner", message
    return None


def _other_format(row: Row, line: bytes | memoryview, keys: frozenset[str]) -> str:
    """Return which other tool's format a row without spans is in; "" for none."""
    words = row.tokens is not UNSET and bytes(row.tokens)[1:].lstrip()[:1] == b'"'
    if keys <= _PLAIN and not words:
        return ""  # spares the reading of most rows
    return foreign.named(load_object(line))


def held(line: bytes | memoryview) -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys of a row, all of them and those that hold something."""
    try:
        found = _decode_keys(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        data = load_object(line)
        return frozenset(data), frozenset(key for key, value in data.items() if value not in _NOTHING)
    return frozenset(found), frozenset(key for key, value in found.items() if bytes(value) not in _EMPTY)


def without_text(row: Row, line: bytes | memoryview) -> tuple[str, str]:
    """Return kind and message for a row that has no text."""
    data = load_object(line)
    if named := foreign.named(data):
        return "other-format", named
    view = row.view_id if isinstance(row.view_id, str) else ""
    if message := interfaces.other_task(view, held(line)[1] - {"spans"}):
        return "not-ner", message
    return "text-missing", f"the row has no text, only {quote(sorted(map(str, data))[:6])}"


def is_binary(row: Row) -> bool:
    """Return whether the task is a yes or no to one suggestion, as ner.teach and old ner.eval ask.

    `_is_binary` says so itself since Prodigy 1.11; before, the interface was "ner" (not "ner_manual"), or
    there is one span with a score, and a score in the meta data.
    """
    if isinstance(row.is_binary, bool):
        return row.is_binary
    if isinstance(row.view_id, str):
        return row.view_id == "ner"
    spans = row.spans
    return (
        isinstance(spans, list)
        and len(spans) == 1
        and spans[0].score is not UNSET
        and row.meta is not UNSET
        and b'"score"' in bytes(row.meta)
    )


def read_tokens(text: str, raw: Raw) -> tuple[list[Token], str]:
    """Return a row's tokens, and what is wrong with them, or ""; no tokens where they cannot be read.

    They are advisory: the text and the offsets rule.
    """
    try:
        tokens = decode_tokens(raw) or []
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return [], f"the tokens cannot be read ({quote(str(error))})"
    return tokens, _tokens_fault(text, tokens)


def at_tokens(span: Span, tokens: Sequence[Token]) -> bool:
    """Return whether a span stands where its tokens do, if it names any."""
    first, last = span.token_start, span.token_end
    if first is None or last is None:
        return True
    if not 0 <= first <= last < len(tokens):
        return False
    return tokens[first].start == span.start and tokens[last].end == span.end


def _tokens_fault(text: str, tokens: list[Token]) -> str:
    for token in tokens:
        there = text[token.start : token.end]
        if there != token.text and not _is_piece(token.text, there):
            there = quote(there)
            return f"token {quote(token.text)} at {quote(token.start)}, where the text has {there}"
    return ""


def _is_piece(token: str, there: str) -> bool:
    """Whether a token is what a tokenizer for transformers makes of a place: a mark of its own, or a part."""
    if not there:
        return _MARK.fullmatch(token) is not None
    return token.removeprefix("##").lstrip("\u2581\u0120").casefold() == there.strip().casefold()


def outside(text: str, span: Span) -> str:
    """Return the message for a span whose offsets are not inside the text."""
    start, end, size = span.start, span.end, len(text)
    if start < 0 or end < 0:
        why = "is negative"
    elif start == end:
        why = "is empty"
    elif start > end:
        why = "ends before it starts"
    else:
        why = f"lies beyond the end of the text ({size})"
    return f"the span {quote(start)}:{quote(end)} {why}"
