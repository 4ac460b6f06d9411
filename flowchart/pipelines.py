"""Trained pipelines by name: those installed here, read without loading any, and the one that is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple

from flowchart.records import rows_of, text_of

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


def name_or_folder(text: str) -> str:
    """Return a pipeline's name as it was given, or the absolute path where it names a folder."""
    name = text.strip()
    folder = Path(name).expanduser()
    return str(folder.absolute()) if name and folder.is_dir() else name


def chosen_pipeline(fact: object) -> str:
    """Return the name of the pipeline that the fact about models has chosen; "" when there is none."""
    if not isinstance(fact, Mapping) or not isinstance(fact.get("chosen"), int):
        return ""
    models = list(rows_of(fact.get("models")))
    place = int(fact["chosen"])
    return text_of(models[place], "name") if place < len(models) else ""
