"""What a pipeline's labels mean in the data: PERSON here may be PER there.

A mapping names for a label of the pipeline the one of the data that it stands for, and "" for none; several
labels may mean the same one. Only what is sure is suggested. A label of the data that is narrower than the
pipeline's, as COMPANY is than ORG, is not suggested for it: that is the chart's own example of a new label
that overlaps an old one. A person may still say ORG=COMPANY.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from flowchart.errors import UserError
from flowchart.text import one_line

_SAME: tuple[frozenset[str], ...] = (
    # CoNLL-2003 (Tjong Kim Sang and De Meulder 2003) has PER, ORG, LOC, MISC; OntoNotes 5 (Weischedel et al.
    # 2013) PERSON, ORG, GPE, LOC, FAC, WORK_OF_ART; WNUT17 (Derczynski et al. 2017) person, location,
    # creative-work.
    frozenset({"PER", "PERS", "PERSON", "PEOPLE"}),
    frozenset({"ORG", "ORGANIZATION", "ORGANISATION"}),
    frozenset({"LOC", "LOCATION", "PLACE"}),
    frozenset({"FAC", "FACILITY"}),
    frozenset({"MISC", "MISCELLANEOUS"}),
    frozenset({"WORKOFART", "CREATIVEWORK"}),
    frozenset({"PRODUCT", "PROD"}),
)
"""Names of the same thing, without case and punctuation."""

_PART: tuple[tuple[str, str], ...] = (
    # CoNLL-2003's guidelines count countries, towns, regions and public buildings as LOC, and WNUT17's
    # geopolitical entities and facilities as location; OntoNotes 5 keeps GPE and FAC apart.
    ("GPE", "LOC"),
    ("FAC", "LOC"),
    # CoNLL-2003's guidelines list religions, nationalities, languages, events, titles and brands as MISC.
    ("NORP", "MISC"),
    ("LANGUAGE", "MISC"),
    ("EVENT", "MISC"),
    ("WORKOFART", "MISC"),
    ("PRODUCT", "MISC"),
    # WNUT17 splits what CoNLL-2003 and OntoNotes 5 call ORG: companies, and teams, bands and the like.
    ("CORPORATION", "ORG"),
    ("GROUP", "ORG"),
)
"""What is a part of something else, in a pipeline that tells it apart: the first is a part of the second."""

_FINER = "GPE"
"""Where the data has this label, its LOC is OntoNotes' one, of which GPE and FAC are no part."""


def suggest(model_labels: Iterable[str], data_labels: Collection[str]) -> dict[str, str]:
    """Return for each label of a pipeline the one of the data that it surely means, "" for none.

    Equal labels come first, then those equal but for case and punctuation, then well-known other names.
    """
    by_name: dict[str, str] = {}
    for label in data_labels:
        by_name.setdefault(_bare(label), label)
    return {label: label if label in data_labels else _meant(_bare(label), by_name) for label in model_labels}


def complete(
    model_labels: Iterable[str], data_labels: Collection[str], own: Mapping[str, str]
) -> dict[str, str]:
    """Return the suggestions, overridden by what the person said of these labels."""
    suggested = suggest(model_labels, data_labels)
    return {label: own.get(label, meant) for label, meant in suggested.items()}


def parse(text: str) -> dict[str, str]:
    """Read a mapping as people write it: `PERSON=PER,GPE=LOC,DATE=`, a pipeline's label first.

    Raises:
        UserError: An entry has no `=`, more than one or no label before it, or two disagree.
    """
    mapping: dict[str, str] = {}
    for entry in text.split(","):
        if not entry.strip():
            continue
        own, equals, meant = (part.strip() for part in entry.partition("="))
        if not equals or not own or "=" in meant:
            raise UserError(
                f"label map: {one_line(entry.strip(), 60)!r} is no pair of labels, so nothing was mapped; "
                "write the pipeline's label, =, the data's, as in PERSON=PER,GPE=LOC"
            )
        if mapping.setdefault(own, meant) != meant:
            raise UserError(
                f"label map: {one_line(own, 40)!r} is said to mean {one_line(mapping[own], 40)!r} and "
                f"{one_line(meant, 40)!r}, so nothing was mapped; a pipeline's label means one of the data's"
            )
    return mapping


def written(mapping: Mapping[str, str]) -> str:
    """Return a mapping as `parse` reads it.

    Raises:
        UserError: A label cannot be written so: it has a comma or `=`, white space at an end, or is empty.
    """
    for own, meant in mapping.items():
        for label in (own, meant):
            if "," in label or "=" in label or label != label.strip() or not own:
                raise UserError(
                    f"label map: the label {one_line(label, 60)!r} cannot be written in it, for a comma, "
                    "an = or white space; rename it"
                )
    return ",".join(f"{own}={meant}" for own, meant in mapping.items())


def _bare(label: str) -> str:
    return "".join(character for character in label.upper() if character.isalnum()) or label


def _meant(name: str, by_name: Mapping[str, str]) -> str:
    """Return the data's label for a bare name of a pipeline's."""
    if name in by_name:
        return by_name[name]
    for candidate in _wider(name):
        for other in sorted(_names(candidate)):
            if other in by_name and not (
                candidate == "LOC" and _FINER in by_name and name not in _names("LOC")
            ):
                return by_name[other]
    return ""


def _wider(name: str) -> list[str]:
    """Return the name, then the names of what it is a part of."""
    return [name, *(whole for part, whole in _PART if part in _names(name))]


def _names(name: str) -> frozenset[str]:
    return next((names for names in _SAME if name in names), frozenset({name}))
