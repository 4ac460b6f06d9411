"""Splits and orders that keep the texts of one group together, each with its share of every label."""

from __future__ import annotations

from collections.abc import Sequence

from flowchart.dataset.document import Document
from flowchart.dataset.splitting import balanced, subset_order


def group_order(documents: Sequence[Document], groups: Sequence[str], seed: int) -> list[int]:
    """Return the documents' indices in an order in which groups follow each other, each as a whole.

    Every beginning that ends with a group is a fair sample of groups, as in `splitting.subset_order`.

    Args:
        documents: The documents.
        groups: The group of each; "" for those that stand alone.
        seed: Any integer; another seed gives another order.
    """
    units = _units(documents, groups)
    inside = [sorted(unit, key=lambda index: documents[index].text) for unit in units]
    return [
        index for unit in subset_order(_as_one(documents, groups, inside), seed) for index in inside[unit]
    ]


def split_groups(
    documents: Sequence[Document], groups: Sequence[str], share: float, seed: int
) -> tuple[list[Document], list[Document]]:
    """Part documents into a training and an evaluation set, all of one group on one side.

    Groups are drawn as `splitting.split` draws texts: stratified by label, and so that each label that two
    groups have is on either side, as far as that can be. They are taken as long as they bring the evaluation
    set nearer to its share of the texts; one large group can leave it off.

    Args:
        documents: The documents.
        groups: The group of each; "" for those that stand alone.
        share: The share of the evaluation set, above 0 and below 1. Both sides get one group at least.
        seed: Any integer.

    Raises:
        ValueError: There are fewer than two groups.
    """
    units = _units(documents, groups)
    if len(units) < 2:
        raise ValueError(f"{len(units)} groups cannot be split")
    pseudo = _as_one(documents, groups, units)
    size = min(max(round(len(documents) * share), 1), len(documents) - 1)
    order = subset_order(pseudo, seed)
    taken: list[int] = []
    total = 0
    for place in order:
        larger = total + len(units[place])
        if len(taken) < len(units) - 1 and abs(larger - size) < abs(total - size):
            taken.append(place)
            total = larger
    if not taken:  # each is larger than twice the share: the smallest one
        taken = [min(order, key=lambda place: len(units[place]))]
    chosen = set(taken)
    of_group = [[documents[index] for index in unit] for unit in units]
    sides = [pseudo[place] for place in order if place not in chosen], [pseudo[place] for place in taken]
    return tuple(  # type: ignore[return-value]
        [document for one in side for document in sorted(of_group[one.source[1]], key=_text)]
        for side in balanced(*sides)
    )


def _text(document: Document) -> str:
    return document.text


def _units(documents: Sequence[Document], groups: Sequence[str]) -> list[list[int]]:
    """Return the places of each group's documents; one without a group is one by itself."""
    found: dict[tuple[str, str], list[int]] = {}
    for index, (document, group) in enumerate(zip(documents, groups, strict=True)):
        found.setdefault((group, "" if group else document.text), []).append(index)
    return list(found.values())


def _as_one(
    documents: Sequence[Document], groups: Sequence[str], units: Sequence[Sequence[int]]
) -> list[Document]:
    """Return each group as one document that has its labels; its source has the group's place."""
    made = []
    for place, unit in enumerate(units):
        labels = sorted({label for index in unit for *_, label in documents[index].spans})
        name = groups[unit[0]] or documents[unit[0]].text
        made.append(Document(name, tuple((0, 1, label) for label in labels), (0, place)))
    return made
