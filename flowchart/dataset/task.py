"""Prodigy's task as it stands in a row, and its two hashes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType
from murmurhash.mrmr import hash as murmurhash

TASK_HASH_KEYS = ("spans", "label", "options", "arcs")
"""The keys of a task that its task hash is taken from, when it has any."""

IGNORE_HASH_KEYS = frozenset(
    [
        "score",
        "rank",
        "model",
        "source",
        "pattern",
        "priority",
        "path",
        "_view_id",
        "_session_id",
        "_annotator_id",
        "answer",
    ]
)
"""The keys of a span that do not count in a task hash."""


class Span(msgspec.Struct, gc=False):
    """A span as written: offsets in code points, end exclusive; of tokens the first and the last."""

    start: int
    end: int
    label: str
    text: str | None = None
    score: Raw | UnsetType = UNSET
    token_start: int | None = None
    token_end: int | None = None


class Row(msgspec.Struct, gc=False):
    """The keys of a task that matter here. What is only looked at, or looked for, stays undecoded."""

    text: str | UnsetType = UNSET
    spans: list[Span] | UnsetType | None = UNSET
    answer: str | UnsetType | None = UNSET
    tokens: Raw | UnsetType = UNSET
    meta: Raw | UnsetType = UNSET
    relations: Raw | UnsetType = UNSET
    versions: Raw | UnsetType = UNSET
    unknown: list[tuple[int, int]] | UnsetType | None = msgspec.field(default=UNSET, name="_unknown")
    input_hash: int | UnsetType | None = msgspec.field(default=UNSET, name="_input_hash")
    is_binary: bool | UnsetType | None = msgspec.field(default=UNSET, name="_is_binary")
    view_id: str | UnsetType | None = msgspec.field(default=UNSET, name="_view_id")
    annotator_id: str | UnsetType | None = msgspec.field(default=UNSET, name="_annotator_id")
    session_id: str | UnsetType | None = msgspec.field(default=UNSET, name="_session_id")
    timestamp: int | float | str | UnsetType | None = msgspec.field(default=UNSET, name="_timestamp")


class Token(msgspec.Struct, gc=False):
    """A token as written beside the text. Advisory: the text and the span offsets rule."""

    text: str
    start: int
    end: int


decode_row = msgspec.json.Decoder(Row).decode
decode_tokens = msgspec.json.Decoder(list[Token] | None).decode


def _compact(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def input_hash(text: str) -> int:
    """Return Prodigy's `_input_hash` of a text: MurmurHash3 (x86, 32 bits, signed, seed 0) of `text=` + JSON.

    Recovered from public exports, where it reproduces every row written since 2018.
    """
    return int(murmurhash("text=" + json.dumps(text), 0))


def input_hash_v1(text: str) -> int:
    """Return the `_input_hash` of Prodigy 1.0: the hash of the JSON string alone."""
    return int(murmurhash(json.dumps(text), 0))


def task_hash(task: Mapping[str, Any], *, spaced: bool = False) -> int:
    """Return Prodigy's `_task_hash` of a task at the time it was streamed.

    With any of `TASK_HASH_KEYS` in the task: the hash of the input hash, then for each such key its name, "="
    and its sorted compact JSON; spans count without `IGNORE_HASH_KEYS`. Without: the hash of the input hash
    and the JSON of text, meta and input hash. The hash does not change with the answer given later, so it
    does not tell two versions of the same text apart: compare their spans.

    Args:
        task: The task, with `text`; its `_input_hash` is taken when there is one.
        spaced: JSON with spaces after the separators, as Prodigy wrote tasks without task keys before 1.10.
    """
    hashed = task.get("_input_hash")
    if not isinstance(hashed, int):
        hashed = input_hash(task["text"])
    parts = [f"{key}={_compact(_hashable(task[key]))}" for key in TASK_HASH_KEYS if key in task]
    if parts:
        return int(murmurhash(str(hashed) + "".join(parts), 0))
    plain = {"text": task["text"], "_input_hash": hashed}
    if "meta" in task:
        plain["meta"] = task["meta"]
    content = json.dumps(plain, sort_keys=True) if spaced else _compact(plain)
    return int(murmurhash(str(hashed) + content, 0))


def _hashable(value: object) -> object:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [
            {key: item for key, item in each.items() if key not in IGNORE_HASH_KEYS}
            if isinstance(each, Mapping)
            else each
            for each in value
        ]
    return value
