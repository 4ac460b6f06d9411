"""What a model finds in texts that it was not trained on, where the annotators say something else.

Half of the training texts trains a model that is held against the other half, and the other way round. Such a
model makes errors of its own, so a disagreement is a place to look at, not a slip: what many texts of one
form have is most worth a look. After cross-validated disagreement in Klie, Webber and Gurevych 2023,
"Annotation Error Detection" (Computational Linguistics 49), and Reiss et al. 2020, "Identifying Incorrect
Labels in the CoNLL-2003 Corpus" (CoNLL). It takes two trainings, so it is nothing that every measuring does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import Doc, Span

from flowchart.data_settings import ROWS, SPACY
from flowchart.dataset.corpus import Document, subset_order
from flowchart.dataset.tokens import cut, missing
from flowchart.errors import UserError
from flowchart.measures.material import Material
from flowchart.measures.rows import RowLog
from flowchart.training.layout import lay_out
from flowchart.training.point import PREDICT_AT_A_TIME, Point
from flowchart.training.pool import train_points
from flowchart.training.settings import Settings

FOUND = "found by the model alone"
MISSED = "not found by the model"
LABEL = "another label"
BOUNDARY = "another boundary"

MOST_GROUPS = 200
"""Groups kept, the most frequent first."""

MOST_ROWS = 20
"""Rows kept of one group."""

WORKERS = 2
"""The two halves are trained side by side."""

FEWEST_TEXTS = 4
"""Training texts below which there are no two halves to learn from."""

Hear = Callable[[Point, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Place:
    """A disagreement.

    Attributes:
        document: The text.
        span: Where the annotators' span is, or the model's where they have none: code points, end exclusive.
        label: The annotators' label; "" for none.
        predicted: What the model says: the label, with the words where the boundary differs; "" for nothing.
    """

    document: Document
    span: tuple[int, int]
    label: str
    predicted: str


@dataclass(slots=True)
class Disagreement:
    """What the annotators and the model say otherwise of one form.

    Attributes:
        kind: `FOUND`, `MISSED`, `LABEL` or `BOUNDARY`.
        form: The words.
        places: All of them, in the order of the texts.
    """

    kind: str
    form: str
    places: list[Place] = field(default_factory=list)


def measure(material: Material, rows: RowLog) -> dict[str, Any]:
    """Return where models of each half of the training texts disagree with the annotations.

    Args:
        material: The data.
        rows: Takes the places of the most frequent disagreements, up to `MOST_ROWS` each.

    Returns:
        `texts`, `places` (all disagreements), `kinds` (how many of each), `groups_all`, and `groups` (the
        first `MOST_GROUPS`: kind, form, places).

    Raises:
        UserError: There are too few texts, a half has no span, or a training failed.
    """
    found = disagreements(
        material, material.folder / "halves", lambda _point, _message: None, workers=WORKERS
    )
    kinds: Counter[str] = Counter()
    for group in found:
        kinds[group.kind] += len(group.places)
    for group in found[:MOST_GROUPS]:
        title = f"{group.form!r}: {group.kind}, {len(group.places):,} places"
        rows.there_are(title, len(group.places))
        for place in group.places[:MOST_ROWS]:
            says = place.predicted or "nothing"
            message = f"annotated {place.label or 'nothing'}; a model of the other half says {says}"
            rows.add(title, place.document, message, span=place.span, label=place.label)
    return {
        "texts": len(material.corpus.train),
        "places": kinds.total(),
        "kinds": dict(kinds.most_common()),
        "groups_all": len(found),
        "groups": [
            {"kind": group.kind, "form": group.form, "places": len(group.places)}
            for group in found[:MOST_GROUPS]
        ],
    }


def disagreements(
    material: Material,
    folder: Path,
    hear: Hear,
    *,
    workers: int = 1,
    overrides: Mapping[str, Any] | None = None,
) -> list[Disagreement]:
    """Train on each half of the training texts; return where the other says otherwise, frequent ones first.

    The model of a half is the best one by its score on the other half, as in any training here: that chooses
    among its evaluations and shows it no annotation.

    Args:
        material: The data.
        folder: A folder for the two trainings.
        hear: Called with a training and what it says, as `train_points` has it.
        workers: How many to train at a time.
        overrides: Values for settings of the trainings' config by their dotted names.

    Raises:
        UserError: There are too few texts, a half has no span, or a training failed.
    """
    texts = material.corpus.train
    if len(texts) < FEWEST_TEXTS:
        raise UserError(f"{len(texts)} training texts cannot be halved to learn from; annotate more")
    order = subset_order(texts, material.seed)
    halves = sorted(order[::2]), sorted(order[1::2])
    points = [
        _lay_out(material, folder / f"half-{number}", own, other, overrides or {})
        for number, (own, other) in enumerate((halves, halves[::-1]), 1)
    ]
    failed: list[str] = []

    def listen(point: Point, message: dict[str, Any]) -> None:
        if message["kind"] == "failed":
            failed.append(f"the training on half of the texts failed: {message['message']}")
        hear(point, message)

    train_points(points, workers, listen)
    if failed:
        raise UserError(failed[0])
    found: defaultdict[tuple[str, str], list[tuple[int, Place]]] = defaultdict(list)
    for point, other in zip(points, halves[::-1], strict=True):
        nlp = spacy.load(point.folder / "model")
        docs = (
            cut(nlp.vocab, each.text, each.tokens) if each.tokens else nlp.make_doc(each.text)
            for each in map(texts.__getitem__, other)
        )
        predicted = nlp.pipe(docs, batch_size=PREDICT_AT_A_TIME)
        for index, doc in zip(other, predicted, strict=True):
            for kind, form, place in compare(texts[index], material.train[index], doc):
                found[kind, form].append((index, place))
    groups = [
        Disagreement(
            kind, form, [place for _, place in sorted(places, key=lambda each: (each[0], each[1].span))]
        )
        for (kind, form), places in found.items()
    ]
    return sorted(groups, key=lambda each: (-len(each.places), each.kind, each.form))


def compare(document: Document, gold: Doc, predicted: Doc) -> list[tuple[str, str, Place]]:
    """Return kind, form and place of each disagreement over a text; one of two spans is told once.

    What the model says where the annotation is unknown is no disagreement, nor is a span that it covers.
    """
    unknown = [(doc.idx, doc.idx + len(doc)) for doc in map(gold.__getitem__, missing(gold, document))]
    alike = {_key(span) for span in gold.ents} & {_key(span) for span in predicted.ents}
    left = [span for span in predicted.ents if _key(span) not in alike]
    found: list[tuple[str, str, Place]] = []
    for span in gold.ents:
        if _key(span) in alike:
            continue
        near = [each for each in left if each.start_char < span.end_char and span.start_char < each.end_char]
        kind, says = MISSED, ""
        if near:
            other = near[0]
            left.remove(other)
            if _touches(other, unknown):
                continue
            same = _key(other)[:2] == _key(span)[:2]
            kind, says = (LABEL, other.label_) if same else (BOUNDARY, f"{other.text} ({other.label_})")
        found.append((kind, span.text, Place(document, _key(span)[:2], span.label_, says)))
    found += [
        (FOUND, span.text, Place(document, _key(span)[:2], "", span.label_))
        for span in left
        if not _touches(span, unknown)
    ]
    return found


def _touches(span: Span, places: Sequence[tuple[int, int]]) -> bool:
    return any(start < span.end_char and span.start_char < end for start, end in places)


def _key(span: Span) -> tuple[int, int, str]:
    return span.start_char, span.end_char, span.label_


def _lay_out(
    material: Material, folder: Path, own: Sequence[int], other: Sequence[int], overrides: Mapping[str, Any]
) -> Point:
    """Return the training on one half, measured on the other."""
    texts = material.corpus.train
    corpus = replace(
        material.corpus, train=[texts[index] for index in own], eval=[texts[index] for index in other]
    )
    if not any(document.spans for document in corpus.train):
        raise UserError(f"half of the training texts, {len(own)}, have no span to learn from; annotate more")
    settings = Settings(
        (),
        (),
        n_samples=1,
        lang=material.lang,
        seed=material.seed,
        overrides=overrides,
        tokens=ROWS if material.cut.rows else SPACY,
    )
    (point,), _ = lay_out(folder, corpus, settings, lambda _done, _total: None, material.cut)
    return point
