"""Which trained pipelines are installed here: read from the packages' metadata, without loading any."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import NamedTuple

GROUP = "spacy_models"
"""The entry points that every package made by `spacy package` has."""


class Pipeline(NamedTuple):
    """An installed pipeline: the name that spaCy loads it by, and its version ("" when it is not known)."""

    name: str
    version: str


def installed() -> list[Pipeline]:
    """Return the installed pipelines in the order of their names, whatever their components."""
    found: dict[str, Pipeline] = {}
    for point in entry_points(group=GROUP):
        version = point.dist.version if point.dist is not None else ""
        found.setdefault(
            point.name, Pipeline(point.name, version)
        )  # the first on the path is what is imported
    return sorted(found.values())
