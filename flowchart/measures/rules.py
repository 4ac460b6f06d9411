"""How far rules alone get: the patterns that a person gave, or ones made of the training texts.

They are matched as spaCy's entity ruler does it and scored on the evaluation set, as `spacy evaluate` scores
a pipeline of nothing but that ruler. Patterns made of the training texts are scored only on texts that they
were not made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from spacy.tokens import Doc

from flowchart.dataset.document import Document
from flowchart.dataset.findings import quote
from flowchart.errors import UserError
from flowchart.measures.material import Material
from flowchart.measures.mining import mine
from flowchart.measures.patterns import Pattern, Problem, read, write
from flowchart.measures.rows import RowLog
from flowchart.measures.rule_faults import RuleFaults
from flowchart.measures.rule_matching import RuleMatcher
from flowchart.measures.rule_tally import Case, Tally
from flowchart.training.intervals import FEWEST_TEXTS, Interval, intervals, texts_counted
from flowchart.training.scores import Counts

MINED = "patterns.jsonl"
"""The file in a run's folder that mined patterns are written to."""

MOST_ROWS = 2000
"""The most rows written of wrong entities and missed mentions; the numbers count all of them."""

MOST_LISTED = 50
"""The most patterns, pairs or rows that a list in the fact has."""


def measure(material: Material, rows: RowLog) -> dict[str, Any]:
    """Return what patterns find on the evaluation set, as plain data; shares and scores are 0 to 1.

    source, file, patterns  "given" or "mined", the file that has them, their number
    left_out                rows of the file left out: `count`, and `first` messages
    repeated                rows that say what another one says, used once: the same
    dead, partly, misfits   patterns that can never match, or some words of them, and those cut otherwise
                            (`flowchart.measures.rule_faults`)
    as_meant                `coverage` (share, low, high) and `score` (ents_f, its low and high) with the dead
                            patterns mended as they most likely mean; None where none says it plainly
    texts, known_texts      evaluation texts scored, and those left aside as mined patterns were made of them
    enough                  whether so many texts have anything that an interval means something
    coverage                mentions that any pattern matches, before overlaps: `matched`, `mentions`, `share`
                            with `low` and `high`, `labels_matched` of `labels`, and `by_label`
    score                   `ents_p`, `ents_r`, `ents_f`, each with `_low` and `_high`; `tp`, `fp`, `fn`; and
                            `by_label` with `support`
    foreign_labels          labels that patterns give and the data does not have
    useful, wrong           the patterns with the most right and with the most wrong entities
    never                   patterns that match nowhere, in training texts neither: `count` and `first`
    conflicts               matches that gave way to another pattern's: on the `same_span` with another label,
                            or as they `overlap`; and `pairs`
    rows                    `wrong` and `missed` in all, and `written`

    Intervals are 95%, by drawing texts anew (`flowchart.training.intervals`); None without enough texts.

    Args:
        material: The texts, and the patterns file if there is one.
        rows: Takes wrong entities by pattern and missed mentions by label.

    Raises:
        UserError: The patterns cannot be read, or there is nothing to measure them on.
    """
    patterns, problems = _patterns(material)
    texts = _texts(material)
    matcher = RuleMatcher(patterns, material.nlp)
    tally = Tally(patterns)
    for (_, doc), matches in zip(texts, matcher.find(doc for _, doc in texts), strict=True):
        tally.add(doc, matches)
    left = _unmatched(material, matcher, tally)
    faults = RuleFaults.of(material, patterns, left)
    faults.write(rows)
    _write_rows(material, rows, problems, tally, texts)
    corpus = material.corpus
    labels = {
        label for side in (corpus.train, corpus.eval) for document in side for *_, label in document.spans
    }
    wrong = tally.entities.total() - tally.right.total()
    return {
        "source": "given" if material.patterns else "mined",
        "file": str(material.patterns or material.folder / MINED),
        "patterns": len(patterns),
        "left_out": _told([problem for problem in problems if not problem.repeated]),
        "repeated": _told([problem for problem in problems if problem.repeated]),
        **faults.found(),
        "as_meant": _as_meant(material, faults.mended, texts),
        "texts": len(texts),
        "known_texts": len(material.eval) - len(texts),
        "enough": texts_counted(tally.score) >= FEWEST_TEXTS,
        "coverage": _coverage(tally.cover, material.seed),
        "score": _score(tally.score, material.seed),
        "foreign_labels": sorted({pattern.label for pattern in patterns} - labels)[:MOST_LISTED],
        **_by_pattern(tally),
        "never": _never(left, tally),
        "conflicts": _conflicts(tally),
        "rows": {
            "wrong": wrong,
            "missed": sum(row[4] for row in tally.score.rows),
            "written": rows.summary()["total"],
            "most": MOST_ROWS,
        },
    }


def _patterns(material: Material) -> tuple[list[Pattern], list[Problem]]:
    if material.patterns is not None:
        return read(material.patterns, material.nlp)
    if not any(document.spans for document in material.corpus.train):
        raise UserError(
            f"{material.files[0]}: no training text has a span to make patterns of; "
            "annotate some, or name a patterns file (--patterns FILE)"
        )
    patterns = mine(material.train, material.nlp)
    write(material.folder / MINED, patterns)
    return patterns, []


def _texts(material: Material) -> list[tuple[Document, Doc]]:
    """Return the evaluation texts that say something about the patterns.

    Raises:
        UserError: There are none with a span.
    """
    texts = list(zip(material.corpus.eval, material.eval, strict=True))
    file = material.corpus.eval_file or "the evaluation set"
    if not any(document.spans for document, _ in texts):
        raise UserError(f"{file}: no evaluation text has a span, so rules cannot be measured; annotate some")
    if material.patterns is not None:
        return texts
    known = {document.text for document in material.corpus.train}
    texts = [(document, doc) for document, doc in texts if document.text not in known]
    if not any(document.spans for document, _ in texts):
        raise UserError(
            f"{file}: all its texts with a span are training texts as well, which patterns were made of; "
            "name other evaluation texts (--eval FILE) or a patterns file (--patterns FILE)"
        )
    return texts


def _as_meant(
    material: Material, mended: Sequence[Pattern] | None, texts: Sequence[tuple[Document, Doc]]
) -> dict[str, Any] | None:
    """Return coverage and score with mended patterns in place of dead ones; None where none is mended."""
    if mended is None:
        return None
    tally = Tally(mended)
    found = RuleMatcher(mended, material.nlp).find(doc for _, doc in texts)
    for (_, doc), matches in zip(texts, found, strict=True):
        tally.add(doc, matches)
    cover, score = _coverage(tally.cover, material.seed), _score(tally.score, material.seed)
    return {
        "coverage": {name: cover[name] for name in ("share", "low", "high")},
        "score": {name: score[name] for name in ("ents_f", "ents_f_low", "ents_f_high")},
    }


def _told(problems: Sequence[Problem]) -> dict[str, Any]:
    return {
        "count": len(problems),
        "first": [f"row {problem.row}: {problem.message}" for problem in problems[:5]],
    }


def _score(counts: Counts, seed: int) -> dict[str, Any]:
    """Return precision, recall and F of all labels together and of each, with intervals."""
    scores = counts.scores()
    f, by_label = intervals(counts, seed)
    # F of twice the wrong ones and none missed is the precision, the other way round it is the recall.
    p, _ = intervals(_only(counts, wrong=2, missed=0), seed)
    r, _ = intervals(_only(counts, wrong=0, missed=2), seed)
    total = [sum(row[at] for row in counts.rows) for at in (2, 3, 4)]
    found: dict[str, Any] = {}
    for name, interval, texts in (
        ("ents_p", p, _texts_with(counts, (2, 3))),
        ("ents_r", r, _texts_with(counts, (2, 4))),
        ("ents_f", f, _texts_with(counts, (2, 3, 4))),
    ):
        found[name] = scores[name]
        found[f"{name}_low"], found[f"{name}_high"] = _ends(interval, texts)
    return {
        **found,
        **dict(zip(("tp", "fp", "fn"), total, strict=True)),
        "by_label": [
            {
                "label": label,
                **each,
                "low": by_label[label].low if label in by_label else None,
                "high": by_label[label].high if label in by_label else None,
            }
            for label, each in sorted(scores["ents_per_type"].items(), key=lambda item: -item[1]["support"])
        ],
    }


def _coverage(counts: Counts, seed: int) -> dict[str, Any]:
    """Return the share of mentions that any pattern matches, and those of each label."""
    by_label: list[dict[str, Any]] = []
    for index, label in enumerate(counts.labels):
        matched = sum(row[2] for row in counts.rows if row[1] == index)
        mentions = matched + sum(row[4] for row in counts.rows if row[1] == index)
        if mentions:
            share = matched / mentions
            by_label.append({"label": label, "mentions": mentions, "matched": matched, "share": share})
    by_label.sort(key=lambda each: (-each["mentions"], each["label"]))
    mentions, matched = (sum(each[name] for each in by_label) for name in ("mentions", "matched"))
    interval, _ = intervals(_only(counts, wrong=0, missed=2), seed)
    low, high = _ends(interval, _texts_with(counts, (2, 4)))
    return {
        "mentions": mentions,
        "matched": matched,
        "share": matched / mentions,
        "low": low,
        "high": high,
        "labels": len(by_label),
        "labels_matched": sum(each["matched"] > 0 for each in by_label),
        "by_label": by_label,
    }


def _only(counts: Counts, *, wrong: int, missed: int) -> Counts:
    """Return counts of all labels together, each kind of mistake so many times."""
    rows = [(text, 0, tp, wrong * fp, missed * fn) for text, _, tp, fp, fn in counts.rows]
    return Counts(counts.docs, ["any"], rows)


def _texts_with(counts: Counts, columns: Sequence[int]) -> int:
    return len({row[0] for row in counts.rows if any(row[at] for at in columns)})


def _ends(interval: Interval, texts: int) -> tuple[float | None, float | None]:
    """Return an interval's ends; None when too few texts have anything to count."""
    return (interval.low, interval.high) if texts >= FEWEST_TEXTS else (None, None)


def _by_pattern(tally: Tally) -> dict[str, list[dict[str, Any]]]:
    """Return the patterns with the most right entities, and those with the most wrong ones."""
    wrong = {number: made - tally.right[number] for number, made in tally.entities.items()}
    useful = sorted((n for n in wrong if tally.right[n]), key=lambda n: (-tally.right[n], wrong[n], n))
    worst = sorted((n for n in wrong if wrong[n]), key=lambda n: (-wrong[n], tally.right[n], n))
    return {
        "useful": [tally.of_pattern(number) for number in useful[:MOST_LISTED]],
        "wrong": [tally.of_pattern(number) for number in worst[:MOST_LISTED]],
    }


def _unmatched(material: Material, matcher: RuleMatcher, tally: Tally) -> list[int]:
    """Return the patterns that match in no text; mined ones have matched in the texts they were made of."""
    if material.patterns is None:
        return []
    left = set(range(len(tally.patterns))) - set(tally.matches)
    for matches in matcher.find(material.train):
        left.difference_update(number for _, _, number in matches)
    return sorted(left)


def _never(left: Sequence[int], tally: Tally) -> dict[str, Any]:
    first = [tally.patterns[number] for number in left[:MOST_LISTED]]
    return {
        "count": len(left),
        "first": [{"pattern": str(p), "label": p.label, "row": p.row} for p in first],
    }


def _conflicts(tally: Tally) -> dict[str, Any]:
    same = sum(count for (*_, same), count in tally.conflicts.items() if same)
    # Two labels for the same span are a contradiction; a name inside a longer one is not.
    pairs = sorted(tally.conflicts.items(), key=lambda item: (not item[0][2], -item[1], item[0]))
    return {
        "same_span": same,
        "overlap": tally.conflicts.total() - same,
        "pairs": [
            {
                "lost": str(tally.patterns[lost]),
                "lost_label": tally.patterns[lost].label,
                "won": str(tally.patterns[won]),
                "won_label": tally.patterns[won].label,
                "same_span": same,
                "count": count,
            }
            for (lost, won, same), count in pairs[:MOST_LISTED]
        ],
    }


def _write_rows(
    material: Material,
    rows: RowLog,
    problems: Sequence[Problem],
    tally: Tally,
    texts: Sequence[tuple[Document, Doc]],
) -> None:
    """Write wrong entities and missed mentions, the largest groups first, half of the room for each."""
    for problem in problems[:MOST_ROWS]:
        done = "used once" if problem.repeated else "the pattern is left out"
        group = "repeated" if problem.repeated else "left out"
        rows.put(group, str(material.patterns), problem.row, problem.message, problem.text, done=done)
    wrong_of = tally.entities - tally.right
    wrong = {
        f"wrong: {tally.patterns[number].title}": tally.wrong[number]
        for number, _ in sorted(wrong_of.items(), key=lambda item: (-item[1], item[0]))
    }
    for number, count in wrong_of.items():
        rows.there_are(f"wrong: {tally.patterns[number].title}", count)
    missed_of = dict.fromkeys(tally.score.labels, 0)
    for _, index, _, _, fn in tally.score.rows:
        missed_of[tally.score.labels[index]] += fn
    missed = {
        f"missed: {label}": tally.missed[label] for label in sorted(missed_of, key=lambda x: -missed_of[x])
    }
    for label, count in missed_of.items():
        rows.there_are(f"missed: {label}", count)
    spare = max(MOST_ROWS // 2 - sum(map(len, missed.values())), 0)
    written = _put(rows, "wrong", wrong, MOST_ROWS // 2 + spare, texts)
    _put(rows, "missed", missed, MOST_ROWS - written, texts)


def _put(
    rows: RowLog,
    what: str,
    groups: Mapping[str, Sequence[Case]],
    most: int,
    texts: Sequence[tuple[Document, Doc]],
) -> int:
    """Write at most so many cases, and return how many."""
    cases = [(group, case) for group, each in groups.items() for case in each]
    for group, case in islice(cases, most):
        document, doc = texts[case.text]
        span = doc[case.start : case.end]
        message = f"{what}: {quote(span.text)} {case.label}"
        rows.add(
            group,
            document,
            message,
            span=(span.start_char, span.end_char),
            label=case.label,
            done=case.against,
        )
    return min(len(cases), most)
