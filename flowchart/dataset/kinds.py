"""The kinds of findings: their stable names, how bad they are, and at which step of the funnel they count."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of finding.

    Attributes:
        severity: "error" (annotation lost that was meant to count), "warning" or "info".
        stage: The step of the funnel: rows, tasks, accepted, merged, aligned or split.
        meaning: What it says, in a sentence without values.
    """

    severity: str
    stage: str
    meaning: str


KINDS: dict[str, Kind] = {
    # a whole row that is no usable NER task
    "not-json": Kind("error", "tasks", "The row is not JSON."),
    "truncated-line": Kind("error", "tasks", "The last line was cut off in the middle."),
    "not-utf8": Kind("error", "tasks", "The row holds bytes that are not UTF-8."),
    "nested-too-deep": Kind("error", "tasks", "The row nests too deep to be read."),
    "not-an-object": Kind("error", "tasks", "The row is JSON, but not an object."),
    "text-missing": Kind("error", "tasks", "The row has no text."),
    "text-not-string": Kind("error", "tasks", "The row's text is not a string."),
    "text-empty": Kind("warning", "tasks", "The row's text is empty or only white space."),
    "text-too-long": Kind("error", "tasks", "The text is longer than spaCy takes (1,000,000 characters)."),
    "lone-surrogate": Kind("error", "tasks", "The text holds half a character, which spaCy refuses."),
    "not-ner": Kind(
        "warning", "tasks", "The row is a task of another kind (text classification, image, ...)."
    ),
    "other-format": Kind("error", "tasks", "The row is an annotation in another tool's format."),
    # one span that cannot be read
    "span-not-object": Kind("error", "tasks", "A span is not an object."),
    "span-offsets": Kind("error", "tasks", "A span's start or end is missing or not an integer."),
    "span-out-of-text": Kind("error", "tasks", "A span is empty, reversed, or outside the text."),
    "span-label": Kind(
        "error", "tasks", "A span's label is missing, empty, not a string, or holds half a character."
    ),
    # read, and kept as it is
    "byte-order-mark": Kind("warning", "rows", "A byte order mark stands in the middle of the file."),
    "json-array": Kind("warning", "rows", "The file is one JSON array, not one object a line."),
    "tokens-disagree": Kind("warning", "tasks", "The row's tokens are not those of its text."),
    "tokens-unusable": Kind(
        "warning", "tasks", "A row's own tokens, asked for by --tokens rows, do not cover its text."
    ),
    "span-text-disagrees": Kind(
        "error",
        "tasks",
        "A span's own text, or its tokens, stand elsewhere than its offsets; nothing tells where.",
    ),
    "span-moved": Kind(
        "warning", "tasks", "A span's own text, or its tokens, tell that it stands elsewhere."
    ),
    "span-text-spelling": Kind(
        "info", "tasks", "A span's own text is written otherwise than at its offsets."
    ),
    "offsets-otherwise": Kind("warning", "tasks", "The offsets of the file are counted in another way."),
    "answer-spelling": Kind("warning", "tasks", "An answer is written in another way."),
    "answer-missing": Kind("info", "tasks", "Rows with spans have no answer."),
    "hash-reused": Kind("warning", "tasks", "One input hash stands on different texts."),
    "hash-unknown": Kind("info", "tasks", "Stored input hashes follow no known rule."),
    # left out by the answer
    "answer-reject": Kind("info", "accepted", "The task was rejected."),
    "answer-ignore": Kind("info", "accepted", "The task was ignored."),
    "answer-unknown": Kind("warning", "accepted", "The answer is none that Prodigy gives."),
    "not-annotated": Kind("warning", "accepted", "The row has neither answer nor spans: a raw text."),
    "spans-unreadable": Kind("error", "accepted", "The row's spans are not a list."),
    "binary-task": Kind(
        "warning", "accepted", "A yes or no to one suggested span says nothing about the rest."
    ),
    "binary-only": Kind("warning", "accepted", "All annotations are binary."),
    "answer-conflict": Kind(
        "warning", "accepted", "One text was accepted once and not accepted another time."
    ),
    # one text in several rows
    "duplicate-text": Kind("warning", "merged", "The same text with the same spans stands in several rows."),
    "conflicting-spans": Kind(
        "warning", "merged", "The same text stands in several rows with different spans."
    ),
    "superseded-review": Kind(
        "info", "merged", "A reviewed row counts in place of the rows that it reviewed."
    ),
    "superseded-later": Kind(
        "warning", "merged", "A later row of the same annotator is about the same text."
    ),
    "binary-united": Kind("info", "merged", "Another binary task about the same text."),
    "duplicate-span": Kind("info", "merged", "A row has the same span twice."),
    # spans that the model cannot learn
    "whitespace-edge": Kind("warning", "aligned", "A span begins or ends with white space (spaCy E024)."),
    "misaligned": Kind("warning", "aligned", "A span does not start and end at token boundaries."),
    "whitespace-mended": Kind(
        "info", "aligned", "A span was taken without the white space at its edge (--fix)."
    ),
    "rows-tokens-fit": Kind(
        "warning", "aligned", "Misaligned spans fit the rows' own tokens (--tokens rows)."
    ),
    "same-span-two-labels": Kind("warning", "aligned", "One span has two labels."),
    "overlapping": Kind("warning", "aligned", "A span overlaps a longer one."),
    "nothing-aligned": Kind("error", "aligned", "No span of the training data can be learnt from."),
    # the data as a whole
    "label-variants": Kind("warning", "aligned", "Labels differ only by case, space or punctuation."),
    "label-suspect": Kind("warning", "aligned", "A label looks like a tag or a slip."),
    "one-word-texts": Kind("warning", "aligned", "Most texts with spans are single words, without context."),
    "language-script": Kind("warning", "aligned", "The texts are in a script that the language has not."),
    "no-split": Kind("warning", "split", "There are too few texts to split off an evaluation set."),
    "eval-text-gone": Kind(
        "warning", "split", "A text of the saved evaluation set is not among the accepted texts any more."
    ),
    "eval-text-changed": Kind(
        "warning", "split", "A text of the saved evaluation set has been annotated anew since."
    ),
    "eval-set-outgrown": Kind(
        "warning", "split", "The saved evaluation set is less than half of the share asked for."
    ),
    "eval-set-older": Kind(
        "warning", "split", "The saved evaluation set takes as no entity what is unknown in the data."
    ),
    "eval-text-in-train": Kind("warning", "split", "An evaluation text is also a training text."),
    "train-text-in-eval": Kind("info", "split", "The same, told of the training text's row."),
    "eval-text-near-train": Kind(
        "warning", "split", "An evaluation text is nearly the same as a training text."
    ),
    "train-text-near-eval": Kind("info", "split", "The same, told of the training text's row."),
    "group-on-both-sides": Kind(
        "warning", "split", "Texts of one document, say, stand in training and evaluation."
    ),
    "group-missing": Kind("warning", "split", "Texts do not have the key that texts are grouped by."),
    "labels-disjoint": Kind("error", "split", "Training and evaluation data share no label."),
    "label-not-in-train": Kind(
        "warning", "split", "A label of the evaluation data is not in the training data."
    ),
    "label-not-in-eval": Kind(
        "warning", "split", "A label of the training data is not in the evaluation data."
    ),
    "few-spans": Kind("warning", "split", "A label has fewer than 50 spans to learn from."),
}
"""Every kind of finding. The names are stable: reports, filters and scripts rely on them."""
