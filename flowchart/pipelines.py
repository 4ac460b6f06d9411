"""Trained pipelines by name: those installed here, read without loading any, and the one that is chosen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple

from flowchart.errors import UserError
from flowchart.files import Kind, kind, typed
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
    try:
        folder = typed(name)
        return str(folder.absolute()) if name and kind(folder) is Kind.FOLDER else name
    except UserError:
        return name  # whoever loads it says that there is none


def pipeline_files(folder: Path) -> list[Path]:
    """Return the files of a trained pipeline's folder that are others once it is trained anew.

    Its config, scores, tokenizer, weights and patterns; none where there is no such folder, as for
    the name of a package.
    """
    if not folder.is_absolute():  # what is given as a folder is kept with its whole path
        return []
    own = [folder / name for name in ("meta.json", "config.cfg", "tokenizer")]
    found = [*own, *folder.glob("*/model"), *folder.glob("*/*.jsonl")]
    return sorted(file for file in found if file.is_file())


def fingerprint(name: str) -> str:
    """Return what tells a pipeline from the same one trained anew: its version, or its folder's hashes."""
    versions = [pipeline.version for pipeline in installed() if pipeline.name == name]
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in pipeline_files(Path(name))]
    return " ".join([name, *versions, *hashes])


def chosen_pipeline(fact: object) -> str:
    """Return the name of the pipeline that the fact about models has chosen; "" when there is none."""
    if not isinstance(fact, Mapping) or not isinstance(fact.get("chosen"), int):
        return ""
    models = list(rows_of(fact.get("models")))
    place = int(fact["chosen"])
    return text_of(models[place], "name") if place < len(models) else ""
