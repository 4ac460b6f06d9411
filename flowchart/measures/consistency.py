"""Are the annotations consistent? Ranked groups of those that look like slips, surest first.

Three kinds of groups: a surface form that is treated otherwise in a few places than in most (`form`), rows of
one text that differ (`text`), and annotators of one text who differ (`annotators`).

A group's score is the lower end of the 95% Wilson interval of a share. For a form it is the share of the
usual outcome: a word labelled once and left alone 778 times scores 0.993, one that is labelled 30 times of
100 scores 0.60. So what nearly always goes one way comes first, and more evidence for the same share comes
before less; a word with two meanings, which no majority speaks about, cannot drown it. Equal scores are
ordered by the number of occurrences to look at. For rows of one text it is the share of the shared texts in
which they differ over a form in the same way: there the difference is certain, and the score says how far it
is a habit rather than a slip.

Klie, Webber and Gurevych 2023, "Annotation Error Detection: Analyzing the Past and Present for a More
Coherent Future" (Computational Linguistics 49), compare such detectors.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from spacy.tokens import Doc

from flowchart.dataset.document import Document
from flowchart.measures.agreement import Split, Version, agreement, annotators, repeated, shown, splits
from flowchart.measures.forms import PARTLY, UNLABELLED, Forms, Occurrence, Variation, scan
from flowchart.measures.material import Material
from flowchart.measures.rows import RowLog
from flowchart.wilson import wilson

MOST_GROUPS = 500
"""Groups kept, the surest first; totals count all of them."""

MOST_ROWS = 30
"""Suspicious rows kept of one group."""

CONTRAST = 3
"""Rows kept of how most of a group's occurrences are treated."""

MOST_VERSIONS = 5
"""Different versions of one text, by the same person or by nobody known, that are held against each other."""


@dataclass(slots=True)
class Group:
    """Annotations that do not go together.

    Attributes:
        kind: "form", "text" or "annotators".
        what: What it is about: the form, and who differs.
        outcomes: How often each outcome came; sums up to all occurrences looked at.
        score: How sure it is, 0 to 1.
        suspicious: How many occurrences are to be looked at.
        rows: Its rows, the suspicious ones first, as the arguments of `RowLog.put`.
    """

    kind: str
    what: str
    outcomes: Counter[str]
    score: float
    suspicious: int
    rows: Iterable[tuple[tuple[str, int, str, str], dict[str, Any]]] = field(repr=False)

    @property
    def title(self) -> str:
        """The group in one line: what it is about and its outcomes, rarest first."""
        named = sorted(self.outcomes.items(), key=lambda each: (each[1], each[0]))
        return f"{self.what}: " + ", ".join(f"{count:,} {outcome}" for outcome, count in named)

    def to_dict(self) -> dict[str, Any]:
        """Return the group as plain data."""
        return {
            "kind": self.kind,
            "title": self.title,
            "what": self.what,
            "outcomes": [
                list(each) for each in sorted(self.outcomes.items(), key=lambda each: (-each[1], each[0]))
            ],
            "score": round(self.score, 4),
            "suspicious": self.suspicious,
        }


def measure(material: Material, rows: RowLog) -> dict[str, Any]:
    """Return the groups of annotations that do not go together, over training and evaluation texts.

    Args:
        material: The data; its files are read again for the rows of one text, which loading merges.
        rows: Takes of each group up to `MOST_ROWS` suspicious places, then `CONTRAST` usual ones.

    Returns:
        `texts`, `spans`, `compared` (the spans whose form comes more than once), `too_long` (spans too long
        to be looked for), `forms` (labelled at least once), `outcomes` (of their occurrences), `inside`
        (occurrences inside longer spans, which count as nothing), `groups` (the first `MOST_GROUPS`: kind,
        title, what, outcomes, score, suspicious), `groups_all` and `suspicious_all` (how many there are, by
        kind), `levels` (see `levels`), `repeated` (texts with several rows: `texts`, `conflicts` of them,
        `rejected` of them accepted elsewhere), and `agreement` (of annotators, over accepted rows;
        `with_rejected` counts rejected ones as without spans). Rows of passes for different labels are held
        against each other nowhere.

    Raises:
        UserError: A file cannot be read any more.
    """
    docs = [*material.train, *material.eval]
    forms = scan(docs)
    texts = repeated([file.path for file in material.corpus.files])
    documents = [*material.corpus.train, *material.corpus.eval]
    groups = [
        _form_group(variation, documents, docs, material.files) for variation in forms.varied
    ] + _text_groups(texts)
    groups.sort(key=lambda each: (-each.score, -each.suspicious, each.title))
    for group in groups[:MOST_GROUPS]:
        for place, more in group.rows:
            rows.put(group.title, *place, **more)
    suspicious: Counter[str] = Counter()
    for group in groups:
        suspicious[group.kind] += group.suspicious
    everyone = agreement(texts, material.seed, rejected=True, most_pairs=0)
    return {
        "texts": len(docs),
        "spans": forms.spans,
        "compared": forms.compared,
        "too_long": forms.too_long,
        "forms": forms.forms,
        "outcomes": dict(forms.outcomes.most_common()),
        "inside": forms.inside,
        "groups": [group.to_dict() for group in groups[:MOST_GROUPS]],
        "groups_all": dict(Counter(group.kind for group in groups)),
        "suspicious_all": dict(suspicious),
        "levels": levels(forms),
        "repeated": {
            "texts": len(texts),
            "conflicts": sum(_differ(versions) for versions in texts.values()),
            "rejected": sum(any(_rejected(versions)) for versions in texts.values()),
        },
        "agreement": {
            **agreement(texts, material.seed),
            "with_rejected": {name: everyone[name] for name in ("texts", "strict", "low", "high")},
        },
    }


def levels(forms: Forms) -> list[list[float]]:
    """Return what varies by how sure it is, so that it can be summed up from any score on.

    Each entry: the score in hundredths, rounded down; the forms; their suspicious occurrences; the spans that
    would go and those that would come if these were as most are; and the sums over the forms of a, b, aa, ab
    and bb, with a the disagreement of occurrences between the same two words, and b what it would be if these
    words explained nothing (`context_parts`). The last five give the ratio of a to b and, linearised, its
    variance.
    """
    found: defaultdict[int, list[float]] = defaultdict(lambda: [0.0] * 9)
    for variation in forms.varied:
        within, whole = variation.contexts
        numbers = (1, variation.suspicious, *variation.changes, within, whole)
        products = (within * within, within * whole, whole * whole)
        level = found[math.floor(100 * variation.score)]
        level[:] = [before + number for before, number in zip(level, (*numbers, *products), strict=True)]
    return [[score, *(round(number, 4) for number in level)] for score, level in sorted(found.items())]


def _form_group(
    variation: Variation, documents: Sequence[Document], docs: Sequence[Doc], files: Sequence[str]
) -> Group:
    return Group(
        kind="form",
        what=shown(variation.form),
        outcomes=variation.outcomes,
        score=variation.score,
        suspicious=variation.suspicious,
        rows=_form_rows(variation, documents, docs, files),
    )


def _form_rows(
    variation: Variation, documents: Sequence[Document], docs: Sequence[Doc], files: Sequence[str]
) -> Iterator[tuple[tuple[str, int, str, str], dict[str, Any]]]:
    usual = [each for each in variation.occurrences if each.outcome in variation.usual]
    others = [each for each in variation.occurrences if each.outcome not in variation.usual]
    most = UNLABELLED if UNLABELLED in variation.usual else next(iter(variation.usual))
    against = f"{len(usual):,} of {len(variation.occurrences):,} are {_said(most)}"
    for occurrence in others[:MOST_ROWS] + usual[:CONTRAST]:
        suspicious = occurrence.outcome not in variation.usual
        doc, document = docs[occurrence.text], documents[occurrence.text]
        span = doc[occurrence.start : occurrence.start + variation.size]
        message = _outcome(occurrence, doc, variation.size) + ("" if suspicious else ", as most are")
        file, row = document.source
        yield (
            (files[file], row, message, document.text),
            {
                "span": (span.start_char, span.end_char),
                "label": "" if occurrence.outcome in (UNLABELLED, PARTLY) else occurrence.outcome,
                "done": against if suspicious else "",
            },
        )


def _said(outcome: str) -> str:
    return outcome if outcome in (UNLABELLED, PARTLY) else f"labelled {outcome}"


def _outcome(occurrence: Occurrence, doc: Doc, size: int) -> str:
    if occurrence.outcome != PARTLY:
        return _said(occurrence.outcome)
    end = occurrence.start + size
    over = next(each for each in doc.ents if each.start < end and occurrence.start < each.end)
    return f"{shown(over.text)} is labelled {over.label_} instead"


@dataclass(slots=True)
class _Differences:
    """What versions of texts, held against each other by pairs of the same kind, say about one form."""

    alike: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    splits: defaultdict[tuple[str, str], list[Split]] = field(default_factory=lambda: defaultdict(list))

    def add(self, outcomes: tuple[str, str], split: Split) -> None:
        self.counts[outcomes] += 1
        if self.counts[outcomes] <= MOST_ROWS:
            self.splits[outcomes].append(split)

    def total(self) -> int:
        return self.alike + self.counts.total()


def _text_groups(texts: Mapping[str, Sequence[Version]]) -> list[Group]:
    """Return the groups of texts with several rows."""
    found: defaultdict[tuple[str, str, str, str], _Differences] = defaultdict(_Differences)
    rejected: list[tuple[str, Version, Version]] = []
    for text, versions in sorted(texts.items()):
        rejected += [(text, each, accepted) for each, accepted in _rejected(versions)]
        for kind, one, other in _pairs([each for each in versions if not each.settled]):
            names = (one.annotator, other.annotator) if kind == "annotators" else ("", "")
            for start, end, _ in one.spans & other.spans:
                found[kind, *names, text[start:end]].alike += 1
            for split in splits(text, one, other):
                form = text[split.span[0] : split.span[1]]
                outcomes = (
                    split.outcomes if kind == "annotators" else (min(split.outcomes), max(split.outcomes))
                )
                found[kind, *names, form].add(outcomes, split)
    groups = [
        _split_group(key, outcomes, differences)
        for key, differences in found.items()
        for outcomes in differences.splits
    ]
    if rejected:
        count = len(rejected)
        groups.append(
            Group(
                "text",
                "the whole text",
                Counter({"rejected here, accepted in another row": count}),
                wilson(count, count)[0],
                count,
                _rejected_rows(rejected),
            )
        )
    return groups


def _pairs(versions: Sequence[Version]) -> Iterator[tuple[str, Version, Version]]:
    """Yield what is held against each other: annotators, and versions by one person or nobody known."""
    for one, other in annotators(versions, rejected=False):
        yield "annotators", one, other
    # In an order of their own, so that the order of rows does not matter.
    accepted = sorted(
        (each for each in versions if each.accepted),
        key=lambda each: (sorted(each.spans), each.annotator, sorted(each.labels)),
    )
    different: dict[tuple[str, object, object], Version] = {}
    for each in accepted:
        different.setdefault((each.annotator, each.spans, each.labels), each)
    for one, other in combinations(list(different.values())[:MOST_VERSIONS], 2):
        if one.contradicts(other) and (
            one.annotator == other.annotator or not (one.annotator and other.annotator)
        ):
            yield "text", one, other


def _split_group(
    key: tuple[str, str, str, str], outcomes: tuple[str, str], differences: _Differences
) -> Group:
    kind, one, other, form = key
    count, total = differences.counts[outcomes], differences.total()
    if kind == "annotators":
        what = f"{shown(form)}, {_name(one)} and {_name(other)}"
        differing = f"{outcomes[0]} against {outcomes[1]}"
    else:
        what = f"{shown(form)}, rows of one text"
        differing = f"{outcomes[0]} in one, {outcomes[1]} in another"
    counts = Counter({differing: count})
    if total > count:
        counts["alike or otherwise"] = total - count
    rows = _split_rows(differences.splits[outcomes])
    return Group(kind, what, counts, wilson(count, total)[0], count, rows)


def _split_rows(found: Sequence[Split]) -> Iterator[tuple[tuple[str, int, str, str], dict[str, Any]]]:
    for split in found:
        sides = list(zip((split.first, split.second), split.outcomes, strict=True))
        for (version, outcome), (other, theirs) in (sides, sides[::-1]):
            message = f"{_by(version)}{_said(outcome)}"
            label = next(
                (label for start, end, label in sorted(version.spans) if (start, end) == split.span), ""
            )
            yield (
                (version.file, version.row, message, split.text),
                {
                    "span": split.span,
                    "label": label,
                    "done": f"{_by(other)}{_said(theirs)} in {other.file} row {other.row}",
                },
            )


def _rejected_rows(
    rejected: Sequence[tuple[str, Version, Version]],
) -> Iterator[tuple[tuple[str, int, str, str], dict[str, Any]]]:
    for text, version, accepted in rejected[:MOST_ROWS]:
        yield (
            (version.file, version.row, f"{_by(version)}rejected", text),
            {"done": f"{_by(accepted)}accepted in {accepted.file} row {accepted.row}"},
        )


def _by(version: Version) -> str:
    return f"{_name(version.annotator)}: " if version.annotator else ""


def _name(annotator: str) -> str:
    return shown(annotator)[1:-1]


def _differ(versions: Iterable[Version]) -> bool:
    different = {(each.spans, each.labels): each for each in versions if each.accepted}
    return any(one.contradicts(other) for one, other in combinations(different.values(), 2))


def _rejected(versions: Sequence[Version]) -> Iterator[tuple[Version, Version]]:
    """Yield each rejected row of a text with the first accepted one that it contradicts."""
    accepted = [each for each in versions if each.accepted]
    for each in versions:
        against = None if each.accepted else next(filter(each.contradicts, accepted), None)
        if against is not None:
            yield each, against
