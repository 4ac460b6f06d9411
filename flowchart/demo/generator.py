"""Annotated repair notes in Prodigy's JSONL: as many as wanted, the same ones for the same seed.

The notes are written by a grammar (`flowchart.demo.grammar`), so their correct spans are known. What a team
of annotators gets wrong is then put in at stated rates (`Rates`), because data without slips has no findings,
and a learning curve without slips does not flatten where real ones do.

Row `i` depends on the seed, the part (train or eval) and `i` alone. So any number of rows can be streamed,
and a duplicate of an earlier row is written by making that row once more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from flowchart.demo.grammar import LABELS, write
from flowchart.demo.words import pick

EVAL_SHARE = 0.2
"""The share of the texts that goes into the evaluation set."""

_FIRST_TICKET = {"train": 40_000, "eval": 80_000}
_FIRST_TIME = 1_767_225_600  # 2026-01-01T00:00:00Z
_SESSIONS = ("repair-notes-anna", "repair-notes-ben", "repair-notes-chris")
_DESKS = ("front desk", "workshop", "phone", "web form")
# spaCy's English tokenizer, as far as these texts need it.
_TOKEN = re.compile(
    r"\d+(?=(?:km|cm)\b)|[^\W\d_]+(?=-[^\W\d_])|(?<=[^\W\d_])-(?=[^\W\d_])|[\w/]+(?:-\d\w*)?|[^\w\s]"
)


Span = tuple[int, int, str]
"""Start, end (exclusive) and label."""


@dataclass(frozen=True)
class Rates:
    """How often annotators and exports go wrong.

    Attributes:
        missed: Share of the spans that nobody marked.
        wrong_label: Share of the spans marked with another label.
        boundary: Share of the spans marked a word too long or too short.
        inside_token: Share of the spans that end in the middle of a word.
        space_edge: Share of the spans that include the space behind them.
        label_case: Share of the spans whose label is written `Part` rather than `PART`, say.
        reject: Share of the rows rejected.
        ignore: Share of the rows ignored.
        duplicate: Share of the training rows that repeat an earlier row as it is.
        conflict: Share of the training rows that repeat an earlier text with other spans.
        leak: Share of the evaluation rows whose text is a training text.
    """

    missed: float = 0.06
    wrong_label: float = 0.03
    boundary: float = 0.03
    inside_token: float = 0.002
    space_edge: float = 0.002
    label_case: float = 0.002
    reject: float = 0.01
    ignore: float = 0.008
    duplicate: float = 0.02
    conflict: float = 0.01
    leak: float = 0.005


@dataclass(frozen=True)
class _Note:
    text: str
    spans: tuple[Span, ...]


def sizes(texts: int) -> tuple[int, int]:
    """Return how many of `texts` rows are for training and how many for evaluation."""
    evaluation = round(texts * EVAL_SHARE)
    return texts - evaluation, evaluation


def train_rows(count: int, seed: int = 0, rates: Rates | None = None) -> Iterator[dict[str, Any]]:
    """Yield `count` Prodigy tasks for training, with everything that goes wrong in an export."""
    rates = rates or Rates()
    for index in range(count):
        yield _row(index, "train", seed, rates, count)


def eval_rows(
    count: int, seed: int = 0, rates: Rates | None = None, train: int = 0
) -> Iterator[dict[str, Any]]:
    """Yield `count` Prodigy tasks for evaluation: the same slips, but no duplicates.

    Args:
        count: How many rows.
        seed: The seed of the training rows that these go with.
        rates: How often annotators go wrong.
        train: How many training rows there are, for the texts that leak; 0 for none.
    """
    rates = rates or Rates()
    for index in range(count):
        yield _row(index, "eval", seed, replace(rates, duplicate=0.0, conflict=0.0, space_edge=0.0), train)


def line(row: dict[str, Any]) -> str:
    """Return a row as one line of JSONL, keys in Prodigy's order."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def token_bounds(text: str) -> list[tuple[int, int]]:
    """Return start and end (exclusive) of each token of a demo text, as spaCy's English tokenizer does."""
    return [found.span() for found in _TOKEN.finditer(text)]


def _due(share: float, index: int, offset: float) -> bool:
    """Whether an event of this share falls on this row: evenly spread, so that a small file has its part."""
    return int((index + 1) * share + offset) > int(index * share + offset)


def _row(index: int, part: str, seed: int, rates: Rates, train: int) -> dict[str, Any]:
    random = Random(f"{seed} {part} {index} row")
    earlier = int(random.random() * index)
    # The offsets keep the events apart and put the first of each into the first rows of a default-sized file.
    if part == "eval":
        repeats = train > 0 and _due(rates.leak, index, 0.3)
        note = _note(int(random.random() * train), "train", seed, rates) if repeats else None
    else:
        repeats = index > 0 and _due(rates.duplicate, index, 0.5)
        note = _note(earlier, part, seed, rates) if repeats else None
        if note is None and index > 0 and _due(rates.conflict, index, 0.7):
            note = _conflicting(_note(earlier, part, seed, rates), random)
    note = note or _note(index, part, seed, rates)
    task = _task(note, {"source": pick(random, _DESKS), "ticket": _FIRST_TICKET[part] + index})
    rejected, ignored = _due(rates.reject, index, 0.6), _due(rates.ignore, index, 0.1)
    task["answer"] = "reject" if rejected else "ignore" if ignored else "accept"
    task["_view_id"] = "ner_manual"
    task["_timestamp"] = _FIRST_TIME + 37 * index
    task["_annotator_id"] = task["_session_id"] = pick(random, _SESSIONS)
    return task


def _note(index: int, part: str, seed: int, rates: Rates) -> _Note:
    """Return what the annotator of row `index` made of its text."""
    attempt = 0
    while True:
        random = Random(f"{seed} {part} {index} {attempt}")
        draft = write(random)
        if len(token_bounds(draft.text)) >= 8:
            break
        attempt += 1
    tokens = token_bounds(draft.text)
    spans: list[Span] = []
    for span in draft.spans:
        marked = _marked(span, draft.text, tokens, random, rates)
        if marked is not None and (not spans or marked[0] >= spans[-1][1]):
            spans.append(marked)
    return _Note(draft.text, tuple(spans))


def _marked(
    span: Span, text: str, tokens: list[tuple[int, int]], random: Random, rates: Rates
) -> Span | None:
    """Return a span as the annotator marked it, or None where it was missed."""
    start, end, label = span
    slips = ("missed", "wrong_label", "boundary", "inside_token", "space_edge", "label_case")
    chance, slip = random.random(), ""
    for name in slips:
        chance -= getattr(rates, name)
        if chance < 0:
            slip = name
            break
    match slip:
        case "missed":
            return None
        case "wrong_label":
            label = pick(random, tuple(other for other in LABELS if other != label))
        case "boundary":
            start, end = _moved(start, end, text, tokens)
        case "inside_token" if end - start > 3 and text[end - 2 : end].isalpha():
            end -= 1
        case "space_edge" if text[end : end + 1] == " ":
            end += 1
        case "label_case":
            label = label.capitalize()
    return start, end, label


def _moved(start: int, end: int, text: str, tokens: list[tuple[int, int]]) -> tuple[int, int]:
    """Return a span a word shorter, or a word longer where it has only one."""
    inside = [token for token in tokens if start <= token[0] and token[1] <= end]
    if len(inside) > 1:
        return inside[1][0], end
    after = next((token for token in tokens if token[0] >= end), None)
    return (start, after[1]) if after is not None and text[after[0]].isalpha() else (start, end)


def _conflicting(note: _Note, random: Random) -> _Note:
    """Return the same text as somebody else marked it: one span gone, or with another label."""
    if not note.spans:
        start, end = token_bounds(note.text)[0]
        return replace(note, spans=((start, end, "PART"),))
    at = int(random.random() * len(note.spans))
    start, end, label = note.spans[at]
    changed: tuple[Span, ...] = ()
    if random.random() < 0.5:
        changed = ((start, end, "FAULT" if label == "PART" else "PART"),)
    return replace(note, spans=note.spans[:at] + changed + note.spans[at + 1 :])


def _task(note: _Note, meta: dict[str, object]) -> dict[str, Any]:
    # Imported here because whoever only wants the packaged files pays nothing for it.
    from flowchart.dataset.task import input_hash, task_hash

    task: dict[str, Any] = {"text": note.text, "meta": meta}
    task["_input_hash"] = input_hash(note.text)
    # Streamed without spans, as ner.manual does it, so hashed without them: the answer comes later.
    task["_task_hash"] = task_hash(task)
    tokens = token_bounds(note.text)
    task["spans"] = [
        {
            "start": start,
            "end": end,
            "token_start": next(number for number, token in enumerate(tokens) if token[1] > start),
            "token_end": max(number for number, token in enumerate(tokens) if token[0] < end),
            "label": label,
        }
        for start, end, label in note.spans
    ]
    return task
