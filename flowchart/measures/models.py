"""What trained pipelines know of the data: each is tried on the evaluation set, label by label.

Every pipeline reads the texts by its own tokenizer, so gold and predicted spans are compared by their first
and last character.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from thinc.api import use_ops

from flowchart.dataset.document import Document
from flowchart.errors import UserError
from flowchart.label_map import complete
from flowchart.measures.material import Material
from flowchart.measures.pipeline_drop import drop
from flowchart.measures.pipeline_loading import Loaded, NoEntitiesError, Spans, load
from flowchart.measures.pipeline_overlap import Span, over, overlaps
from flowchart.measures.pipeline_scores import by_label, count, mapped, prf, score
from flowchart.measures.pipeline_words import compare
from flowchart.measures.rows import RowLog
from flowchart.pipelines import installed
from flowchart.text import one_line

MOST_TEXTS = 2000
"""Evaluation texts that a pipeline is tried on."""

MOST_CHARACTERS = 2_000_000
"""Their characters: half a minute or so. Long documents make fewer texts."""

MOST_OVERLAP_TEXTS = 800
"""Texts with a span of a new label that are looked through, as many of each, evaluation texts first."""

MOST_ROWS = 1000
"""Rows kept."""

Notes = defaultdict[str, list[tuple[Document, Span, str]]]
"""By group: the text, the span and what the pipeline says there."""


def measure(material: Material, rows: RowLog) -> dict[str, Any]:
    """Try the pipelines that the person named, or else every one installed.

    Args:
        material: The data.
        rows: Takes the spans that the chosen pipeline sees otherwise, by group.

    Returns:
        `named` (whether the person named them), `texts` (evaluation texts tried; of `all_texts` there are,
        drawn by `seed`), `spans` (their gold spans), `labels` (the data's: `train` and `eval` spans),
        `models` (one entry each, as `_look`), `chosen` (the place of the one that the chart's questions are
        about: the best, or the first that can be used when the person named it; None for none), `best` (the
        place of the one with the highest F over all of the data's labels, those without an interval last;
        None when none shares a label), `rows` (the number kept), `strange` (the labels in the label map that
        no pipeline has), `matched` ("first and last character").

    Raises:
        UserError: The label map names a label that the data does not have.
    """
    labels = {each.label: {"train": each.train, "eval": each.eval} for each in material.corpus.labels}
    _refuse_unknown(material, labels)
    tried = _drawn(material.corpus.eval, material.seed, MOST_TEXTS)
    names = list(dict.fromkeys(material.models)) or [pipeline.name for pipeline in installed()]
    with use_ops("numpy", use_blis=False):  # faster, as in trainings
        looked = [_look(number, name, material, tried) for number, name in enumerate(names)]
    models = [entry for entry, _ in looked]
    known = [entry["labels"] for entry in models if not entry["error"]]
    best, chosen = _choose(models, bool(material.models))
    return {
        "named": bool(material.models),
        "texts": len(tried),
        "all_texts": len(material.corpus.eval),
        "seed": material.seed,
        "spans": sum(len(document.spans) for document in tried),
        "labels": labels,
        "models": models,
        "best": best,
        "chosen": chosen,
        "rows": _write(looked[chosen][1], rows) if chosen is not None else 0,
        "strange": [label for label in material.label_map if not any(label in own for own in known)],
        "matched": "first and last character",
    }


def _look(
    number: int, name: str, material: Material, tried: Sequence[Document]
) -> tuple[dict[str, Any], Notes]:
    """Return what there is to say about one pipeline, and the spans that it sees otherwise.

    The entry has `name`, `error` ("" for none) and `broken` (False for a sound pipeline without entities).
    Without an error also: `version`, `lang`, `labels`, `means` (the data's label for each, "" for none),
    `shared` (labels of the data that it has), `score` (over the shared ones) and `all` (over all of the
    data's; both as `pipeline_scores.score`), `by_label` (each of the data's, with `spans` and `from`: the
    labels that mean it), `own` (as `_own`), `off_tokens` (gold spans that fit none of its tokens),
    `predictions` (the file in the run's folder: a line for each text, `hash`, the SHA-256 of its UTF-8, and
    `spans`), `new` (each label of the data that it lacks: `spans`, and as `pipeline_overlap.overlaps`),
    `overlap_texts` (looked through for those), `missing` (its labels that the training data has no example
    of) and `similarity` (as `pipeline_drop.drop` and `pipeline_words.compare`).
    """
    notes: Notes = defaultdict(list)
    try:
        loaded = load(name)
        return {
            "name": name,
            "error": "",
            "broken": False,
            **_try(number, loaded, material, tried, notes),
        }, notes
    except UserError as error:
        broken = not isinstance(error, NoEntitiesError)
        return {"name": name, "error": str(error), "broken": broken}, notes


def _try(
    number: int, loaded: Loaded, material: Material, tried: Sequence[Document], notes: Notes
) -> dict[str, Any]:
    counted = material.corpus.labels
    means = complete(loaded.labels, [label.label for label in counted], material.label_map)
    shared = sorted(set(means.values()) - {""})
    new = [label.label for label in counted if label.label not in shared]
    words: Counter[str] = Counter()
    found, off_tokens = _predict(loaded, tried, words)
    gold = [document.spans for document in tried]
    theirs = mapped(found, means)
    all_counts = count(gold, theirs, [label.label for label in counted])
    each = by_label(all_counts, material.seed)
    own = _own(loaded, means, gold, found, {label.label: label.train for label in counted})
    overall = score(count(gold, theirs, shared), material.seed)
    # Nobody builds on a pipeline that knows none of the labels, unless they say so.
    more = _more(material, tried, new) if shared or material.models else []
    further, _ = _predict(loaded, more)
    texts = [*zip(tried, found, strict=True), *zip(more, further, strict=True)]
    for document, spans in texts:
        _note_new(document, spans, set(new), notes)
    for document, spans in zip(tried, found, strict=True):
        _note_wrong(document, spans, means, notes)
    return {
        "version": loaded.version,
        "lang": loaded.lang,
        "labels": loaded.labels,
        "means": means,
        "shared": shared,
        "score": overall,
        "all": score(all_counts, material.seed),
        "by_label": {
            label: {**scores, "from": [name for name in loaded.labels if means[name] == label]}
            for label, scores in each.items()
        },
        "own": own,
        "off_tokens": off_tokens,
        "predictions": _keep(material.folder / f"predictions-{number}.jsonl", tried, found),
        "new": {
            label.label: {
                "spans": label.spans,
                **overlaps(
                    label.label, [document.spans for document, _ in texts], [spans for _, spans in texts]
                ),
            }
            for label in counted
            if label.label in new
        },
        "overlap_texts": sum(any(span[2] in new for span in document.spans) for document, _ in texts),
        "missing": [label for label in loaded.labels if not own[label]["train"]],
        "similarity": {
            **drop(gold, theirs, each, own, material.seed),
            **compare(words, loaded.known, loaded.has_vector),
        },
    }


def _predict(
    loaded: Loaded, documents: Sequence[Document], words: Counter[str] | None = None
) -> tuple[list[Spans], int]:
    """Return the entities of each text, and the gold spans that fit no tokens; count the words of letters.

    Entities where the annotation is unknown are left out: they are neither right nor wrong.
    """
    found: list[Spans] = []
    off_tokens = 0
    for document, doc in zip(documents, loaded.docs([each.text for each in documents]), strict=True):
        found.append(
            tuple(
                (span.start_char, span.end_char, span.label_)
                for span in doc.ents
                if not any(start < span.end_char and span.start_char < end for start, end in document.unknown)
            )
        )
        off_tokens += sum(doc.char_span(start, end) is None for start, end, _ in document.spans)
        if words is not None:
            words.update([token.text for token in doc if token.is_alpha])
    return found, off_tokens


def _own(
    loaded: Loaded,
    means: dict[str, str],
    gold: Sequence[Spans],
    found: Sequence[Spans],
    train: dict[str, int],
) -> dict[str, dict[str, Any]]:
    """Return for each of the pipeline's labels what it does with it here, and what it was published to do.

    `means`, `predicted` (times), `train` (training examples of the data's label), `p`, `r`, `f` (None where
    the data has no such label; r and f also where several labels mean the same one, since none of them is to
    find all of it) and `published` (p, r and f; None where there is none).
    """
    predicted: Counter[str] = Counter()
    right: Counter[str] = Counter()
    support: Counter[str] = Counter()
    for here, there in zip(gold, found, strict=True):
        support.update(label for _, _, label in here)
        spans = set(here)
        for start, end, label in there:
            predicted[label] += 1
            right[label] += (start, end, means.get(label, "")) in spans
    sharing = Counter(means.values())
    own: dict[str, dict[str, Any]] = {}
    for label in loaded.labels:
        meant = means[label]
        tp, fp = right[label], predicted[label] - right[label]
        scores = prf(tp, fp, support[meant] - tp) if meant else prf(0, 0, 0)
        if sharing[meant] > 1:
            scores.update(r=None, f=None)
        own[label] = {
            "means": meant,
            "predicted": predicted[label],
            "train": train.get(meant, 0),
            **scores,
            "published": loaded.published.get(label),
        }
    return own


def _choose(models: Sequence[dict[str, Any]], named: bool) -> tuple[int | None, int | None]:
    """Return the places of the best and of the chosen one."""
    usable = [number for number, entry in enumerate(models) if not entry["error"]]
    sharing = [number for number in usable if models[number]["shared"]]

    def rank(number: int) -> tuple[bool, float, int, float]:
        entry = models[number]
        sure = entry["score"]["low"] is not None
        return sure, entry["all"]["f"] or 0.0, len(entry["shared"]), entry["score"]["f"] or 0.0

    best = max(sharing, key=rank, default=None)
    return best, best if best is not None or not named else next(iter(usable), None)


def _drawn(
    documents: Sequence[Document], seed: int, most: int, most_characters: int = MOST_CHARACTERS
) -> list[Document]:
    """Return some of the texts, drawn by the seed, in the order they came."""
    order = list(range(len(documents)))
    random.Random(seed).shuffle(order)
    kept: list[int] = []
    characters = 0
    for place in order:
        length = len(documents[place].text)
        if len(kept) < most and characters + length <= most_characters:
            kept.append(place)
            characters += length
    return [documents[place] for place in sorted(kept)]


def _more(material: Material, tried: Sequence[Document], new: Sequence[str]) -> list[Document]:
    """Return further texts with a span of a new label: of each enough, with those tried, for a share.

    They are drawn label by label, so that a frequent one does not leave a rare one without any.
    """

    def those(documents: Iterable[Document], label: str) -> list[Document]:
        return [document for document in documents if any(span[2] == label for span in document.spans)]

    more: dict[str, Document] = {}
    for label in new:
        room = MOST_OVERLAP_TEXTS // len(new) - len(those([*tried, *more.values()], label))
        left = [document for document in those(material.corpus.train, label) if document.text not in more]
        drawn = _drawn(left, material.seed, room, MOST_CHARACTERS // len(new))
        more.update((document.text, document) for document in drawn)
    return list(more.values())


def _note_new(document: Document, found: Spans, new: set[str], notes: Notes) -> None:
    for span in document.spans:
        other = over(span, found) if span[2] in new else None
        if other is not None:
            _note(notes, f"{span[2]} predicted as {other[2]}", document, span, _said(document, other))


def _note_wrong(document: Document, found: Spans, means: Mapping[str, str], notes: Notes) -> None:
    """Note what is missed, invented, or seen otherwise, of the labels that the pipeline shares."""
    shared = set(means.values()) - {""}
    right = {(start, end, means.get(label, "")) for start, end, label in found}
    for span in document.spans:
        if span[2] not in shared or span in right:
            continue
        other = over(span, found)
        if other is None:
            _note(notes, f"{span[2]} missed", document, span, "the pipeline says nothing here")
            continue
        same = means.get(other[2], "") == span[2]
        group = f"{span[2]} with other edges" if same else f"{span[2]} predicted as {other[2]}"
        _note(notes, group, document, span, _said(document, other))
    for start, end, label in found:
        meant = means.get(label, "")
        if meant and over((start, end, label), document.spans) is None:
            group = f"{meant} where there is none"
            _note(notes, group, document, (start, end, label), "the data says nothing here")


def _note(notes: Notes, group: str, document: Document, span: Span, said: str) -> None:
    if len(notes[group]) < MOST_ROWS:
        notes[group].append((document, span, said))


def _said(document: Document, span: Span) -> str:
    return f"the pipeline says {span[2]}: {one_line(document.text[span[0] : span[1]], 60)!r}"


def _write(notes: Notes, rows: RowLog) -> int:
    """Write the rows, the largest groups first, cut alike when they are too many; return their number."""
    groups = sorted(notes.items(), key=lambda group: -len(group[1]))[: MOST_ROWS // 2]
    total = sum(len(entries) for _, entries in groups)
    written = 0
    for group, entries in groups:
        share = len(entries) if total <= MOST_ROWS else max(len(entries) * MOST_ROWS // total, 1)
        rows.there_are(group, len(entries))
        for document, span, said in entries[:share]:
            text = one_line(document.text[span[0] : span[1]], 60)
            rows.add(group, document, f"{text!r}: {group}", span=span[:2], label=span[2], done=said)
            written += 1
    return written


def _keep(file: Path, documents: Sequence[Document], found: Sequence[Spans]) -> str:
    """Keep the predictions for those who want to know later what was forgotten; return the file's name."""
    with file.open("w", encoding="utf-8", newline="\n") as out:
        for document, spans in zip(documents, found, strict=True):
            digest = hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
            out.write(json.dumps({"hash": digest, "spans": spans}) + "\n")
    return file.name


def _refuse_unknown(material: Material, labels: dict[str, Any]) -> None:
    for own, meant in material.label_map.items():
        if meant and meant not in labels:
            known = one_line(", ".join(labels), 120)
            raise UserError(
                f"label map: {one_line(own, 40)}={one_line(meant, 40)} names a label that the data does not "
                f"have, so no pipeline was tried; its labels are {known}"
            )
