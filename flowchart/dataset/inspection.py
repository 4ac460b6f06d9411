"""What the data as a whole tells: label names that look like slips, labels too rare or on one side only."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowchart.dataset.alignment import Aligner
from flowchart.dataset.document import Document
from flowchart.dataset.findings import FindingLog, quote
from flowchart.dataset.funnel import Role
from flowchart.dataset.languages import UNSPACED, count_words
from flowchart.dataset.origins import Origins
from flowchart.errors import UserError

FEW_SPANS = 50
"""Below so many spans a label is hard to learn: NEW_LABEL_THRESHOLD of `spacy debug data`."""

_TAG = re.compile(r"^[BIOESLU][-_]\S")


@dataclass(slots=True)
class LabelCount:
    """How often a label occurs.

    Attributes:
        label: The label.
        train: Its spans in the training set.
        eval: Its spans in the evaluation set.
        texts: The texts with such a span, in both sets.
    """

    label: str
    train: int = 0
    eval: int = 0
    texts: int = 0

    @property
    def spans(self) -> int:
        """Its spans in both sets."""
        return self.train + self.eval

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        return {
            "label": self.label,
            "train": self.train,
            "eval": self.eval,
            "spans": self.spans,
            "texts": self.texts,
        }


def count_labels(train: Sequence[Document], evaluation: Sequence[Document]) -> list[LabelCount]:
    """Return the count of each label, in alphabetical order."""
    counts: dict[str, LabelCount] = {}
    for role, documents in (("train", train), ("eval", evaluation)):
        for document in documents:
            for _, _, label in document.spans:
                count = counts.setdefault(label, LabelCount(label))
                setattr(count, role, getattr(count, role) + 1)
            for label in {span[2] for span in document.spans}:
                counts[label].texts += 1
    return [counts[label] for label in sorted(counts)]


def inspect_labels(
    documents: Mapping[Role, Sequence[Document]], files: Sequence[str], log: FindingLog
) -> None:
    """Note label names that look like slips, and data that is words without a context."""
    labels = Counter(span[2] for each in documents.values() for document in each for span in document.spans)
    if not any(document.spans for document in documents["train"]):
        message = f"no span of the {len(documents['train'])} training texts can be learnt from"
        log.add("nothing-aligned", files[0], 0, message, "kept the texts; mend the spans before training")
    variants: dict[str, list[str]] = {}
    for label in sorted(labels):
        variants.setdefault(_folded(label), []).append(label)
    for group in variants.values():
        if len(group) > 1:
            named = ", ".join(f"{quote(label)} ({labels[label]})" for label in group[:6])
            message = f"labels that differ only by case, space or punctuation: {named}"
            log.add("label-variants", files[0], 0, message, "kept them as different labels", label=group[0])
    for label in sorted(labels):
        if why := _suspect(label):
            message = f"the label {quote(label)} ({labels[label]} spans) {why}"
            log.add("label-suspect", files[0], 0, message, "kept it as it is", label=label)
    with_spans = [document for each in documents.values() for document in each if document.spans]
    words = sum(map(_is_one_word, with_spans))
    if words * 2 > len(with_spans):
        message = (
            f"{words} of {len(with_spans)} texts with spans are a single word: the model sees no context"
        )
        log.add("one-word-texts", files[0], 0, message, "kept them")


def inspect_groups(
    documents: Mapping[Role, Sequence[Document]], origins: Origins, files: Sequence[str], log: FindingLog
) -> None:
    """Tell the texts that do not have the key by which texts are grouped.

    Args:
        documents: The documents of either side, as far as they are apart by now.
        origins: Where the texts are from.
        files: The files that the documents' sources count.
        log: Takes one finding for each such text.

    Raises:
        UserError: No text has the key, or all have one value, so that nothing can be kept apart by it.
    """
    if not origins.by:
        return
    every = [document for side in documents.values() for document in side]
    groups = origins.groups(every)
    key, known = quote(origins.by), len(set(groups) - {""})
    if not known:
        there = ", ".join(origins.keys()[:6]) or "none in meta"
        raise UserError(f"{files[0]}: no text has {key} to be grouped by; its rows have {there}")
    if known == 1 and "" not in groups and len(every) > 1:
        raise UserError(f"{files[0]}: all texts have one value of {key}; name a key that tells them apart")
    for document, group in zip(every, groups, strict=True):
        if not group:
            file, row = document.source
            message, done = f"the row has no {key}", "took the text as a group of its own"
            log.add("group-missing", files[file], row, message, done, text=document.text)


def inspect_split(
    documents: Mapping[Role, Sequence[Document]],
    labels: Sequence[LabelCount],
    files: Sequence[str],
    log: FindingLog,
) -> None:
    """Note what makes scores mean less: labels on one side only, rare labels."""
    train_file = files[0]
    eval_file = files[documents["eval"][0].source[0]] if documents["eval"] else train_file
    if any(label.eval for label in labels) and not any(label.train and label.eval for label in labels):
        here = ", ".join(quote(label.label) for label in labels if label.train)
        there = ", ".join(quote(label.label) for label in labels if label.eval)
        message = f"no label is in both: training has {here[:200]}; evaluation has {there[:200]}"
        log.add("labels-disjoint", eval_file, 0, message, "kept both; every score would be 0")
    for label in labels:
        name = quote(label.label)
        if not label.train:
            message = f"the label {name} has {_spans(label.eval)} to evaluate on, none to train on"
            log.add(
                "label-not-in-train", eval_file, 0, message, "kept; it can only be missed", label=label.label
            )
            continue
        if documents["eval"] and not label.eval:
            message = f"the label {name} has {_spans(label.train)} to train on, none to evaluate on"
            log.add(
                "label-not-in-eval", train_file, 0, message, "kept; it cannot be measured", label=label.label
            )
        if label.train < FEW_SPANS:
            message = (
                f"the label {name} has {_spans(label.train)} in the training data, fewer than {FEW_SPANS}"
            )
            log.add("few-spans", train_file, 0, message, "kept; annotate more of it", label=label.label)


def text_stats(documents: Mapping[Role, Sequence[Document]], aligner: Aligner) -> dict[str, float]:
    """Return how long the texts are, as `flowchart.dataset.corpus.Corpus.text_stats`."""
    all_of_them = [document for each in documents.values() for document in each]
    words = [count_words(document.text) for document in all_of_them]
    count = max(len(all_of_them), 1)
    return {
        "tokens_mean": round(aligner.tokens / max(aligner.texts, 1), 2),
        "tokens_max": aligner.longest,
        "words_mean": round(sum(words) / count, 2),
        "words_max": max(words, default=0),
        "characters_max": max((len(document.text) for document in all_of_them), default=0),
        "empty_share": round(sum(not document.spans for document in all_of_them) / count, 4),
    }


def _is_one_word(document: Document) -> bool:
    """Whether a text is a single word; in a script without spaces, nothing but one span."""
    text = document.text.strip()
    if text.isascii() or not UNSPACED.search(text):
        return len(text.split(None, 1)) == 1
    start, end, _ = document.spans[0]
    return document.text[start:end] == text


def _folded(label: str) -> str:
    plain = unicodedata.normalize("NFKC", label).casefold()
    return "".join(character for character in plain if character.isalnum()) or plain.strip()


def _suspect(label: str) -> str:
    if label in ("O", "-", "_"):
        return "means no entity in tag schemes"
    if _TAG.match(label):
        return "looks like a tag with its prefix (B-, I-, ...)"
    if label != label.strip():
        return "has white space at its edge"
    if not label.isprintable():
        return "holds control or invisible characters"
    scripts = {unicodedata.name(character, "?").split()[0] for character in label if character.isalpha()}
    if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK"}:
        return "mixes Latin with look-alike letters"
    return ""


def _spans(count: int) -> str:
    return f"{count:,} span{'' if count == 1 else 's'}"
