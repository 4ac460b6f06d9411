"""The rules for a row: when it is a usable NER task, when it is binary, what is wrong with its offsets."""

from __future__ import annotations

import re

import msgspec
from msgspec import UNSET, Raw

from flowchart.dataset import hints
from flowchart.dataset.findings import quote
from flowchart.dataset.task import Row, Span, Token, decode_tokens

_MARK = re.compile(r"\[[A-Z]+\]|</?[a-z]+>|<\|.*\|>")
"""What stands for no part of the text: [CLS], <s>, <|endoftext|>."""

MAX_TEXT = 1_000_000
"""The longest text in characters: `nlp.max_length` of spaCy, which raises E088 beyond it."""


def fault(row: Row, line: bytes | memoryview, *, lone: bool) -> tuple[str, str] | None:
    """Return why a row is no usable NER task, as the kind of finding and a message; None when it is one.

    Args:
        row: The row.
        line: Its bytes, looked at again when it has no text.
        lone: Whether the text holds half of a surrogate pair.
    """
    text = row.text
    if not isinstance(text, str):
        return hints.without_text(line)
    if not text or text.isspace():
        return "text-empty", f"the text is {'only white space' if text else 'empty'}: {quote(text)}"
    if lone:
        return "lone-surrogate", f"the text holds half a character (a lone surrogate): {text[:40]!a}"
    if len(text) > MAX_TEXT:
        return "text-too-long", f"the text has {len(text):,} characters, spaCy takes {MAX_TEXT:,}; split it"
    return _other_task(row)


def _other_task(row: Row) -> tuple[str, str] | None:
    if isinstance(row.view_id, str) and row.view_id in hints.OTHER_VIEWS:
        return "not-ner", f"a task of the interface {quote(row.view_id)}"
    if isinstance(row.spans, list):
        return None
    for key in ("label", "labels", "entities"):
        value = getattr(row, key)
        if value is not UNSET and bytes(value)[:1] == b"[":
            return "other-format", f"{quote(key)} in place of spans, as doccano writes; give spans as objects"
    for key in ("label", "options", "accept"):
        if getattr(row, key) is not UNSET:
            return "not-ner", f"no spans but {quote(key)}: a text classification or choice task"
    return None


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
    hint = hints.offset_unit(text, start, end, span.text) if span.text else ""
    return f"the span {quote(start)}:{quote(end)} {why}{hint}"
