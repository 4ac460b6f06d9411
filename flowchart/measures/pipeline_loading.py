"""A trained pipeline, loaded with only what finds its entities."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import get_package_path, load_config, load_meta, load_model

from flowchart.config_file import COMPONENTS
from flowchart.errors import UserError
from flowchart.text import one_line

RULERS = ("entity_ruler", "future_entity_ruler", "span_ruler")
"""The factories of components that set entities by rules."""

LAYERS = ("tok2vec", "transformer", "curated_transformer")
"""The factories of components that others listen to."""

BATCH = 128
"""Texts gone through at a time."""

Spans = tuple[tuple[int, int, str], ...]
"""Start, end (code points, end exclusive) and label of each entity of a text."""


class NoEntitiesError(UserError):
    """The pipeline has no component that finds entities: nothing is wrong with it."""


@dataclass(slots=True)
class Loaded:
    """A pipeline, ready to predict.

    Attributes:
        name: The name or folder that it was loaded by.
        version: Its version.
        lang: spaCy's code of its language.
        labels: The labels that it can give, in alphabetical order.
        published: p, r and f of its published scores, 0 to 1, by label; empty when it has none.
        known: The strings that it has, before it sees any text.
        nlp: The pipeline.
    """

    name: str
    version: str
    lang: str
    labels: list[str]
    published: dict[str, dict[str, float]]
    known: frozenset[str]
    nlp: Language

    def has_vector(self, word: str) -> bool:
        """Return whether a word is among its vectors; those made of parts of words tell nothing."""
        vocab = self.nlp.vocab
        return vocab.vectors.mode != "floret" and bool(vocab.has_vector(word))

    def docs(self, texts: Sequence[str]) -> Iterator[Doc]:
        """Yield the texts as the pipeline reads them: its own tokens, its entities.

        Raises:
            UserError: It breaks on them.
        """
        self.nlp.max_length = max([self.nlp.max_length, *map(len, texts)])
        try:
            with _quiet():
                yield from self.nlp.pipe(texts, batch_size=BATCH)
        except Exception as error:  # components of anybody's may raise anything
            raise _broken(self.name, error) from error


def load(name: str) -> Loaded:
    """Load a pipeline, without the components that its entities do not need.

    Args:
        name: An installed package, or a folder.

    Raises:
        NoEntitiesError: It has no component that finds entities.
        UserError: There is no such pipeline, or it cannot be loaded.
    """
    try:
        with _quiet():
            config = load_config(_folder(name) / "config.cfg", interpolate=False)
            parts = dict(config["components"])
            nlp = load_model(name, exclude=_unneeded(parts))
    except Exception as error:  # a package runs code of its own, and spaCy raises many kinds
        raise _broken(name, error) from error
    finders = [part for part in nlp.pipe_names if _finds(nlp.get_pipe_meta(part).factory)]
    if not finders:
        raise NoEntitiesError(f"{name}: has no ner component, so it finds no entities; name another pipeline")
    labels = {str(label) for part in finders for label in getattr(nlp.get_pipe(part), "labels", ())}
    performance = nlp.meta.get("performance")
    return Loaded(
        name=name,
        version=str(nlp.meta.get("version", "")),
        lang=str(nlp.lang or ""),
        labels=sorted(labels - {""}),
        published=_published(performance if isinstance(performance, dict) else {}),
        known=frozenset(nlp.vocab.strings),
        nlp=nlp,
    )


def _folder(name: str) -> Path:
    """Return the folder with a pipeline's config: spaCy looks for a package first."""
    try:
        distribution(name)
    except (PackageNotFoundError, ValueError):
        return Path(name)
    package = get_package_path(name)
    meta = load_meta(package / "meta.json")
    return package / f"{meta['lang']}_{meta['name']}-{meta['version']}"


def _unneeded(parts: dict[str, Any]) -> list[str]:
    """Return the components that no entity depends on, by the sections of a config.

    Rules may ask for what any component writes, as lemmas or tags: beside rules everything is kept.
    """
    factories = {name: str(part.get("factory", "")) for name, part in parts.items()}
    if any(factory in RULERS for factory in factories.values()) or "" in factories.values():
        return []
    needed = {*COMPONENTS, *LAYERS}
    return [name for name, factory in factories.items() if factory not in needed]


def _finds(factory: str) -> bool:
    return factory in COMPONENTS or factory in RULERS


def _published(performance: dict[str, Any]) -> dict[str, dict[str, float]]:
    scores = performance.get("ents_per_type")
    found: dict[str, dict[str, float]] = {}
    for label, score in (scores if isinstance(scores, dict) else {}).items():
        try:
            found[str(label)] = {key: float(score[key]) for key in ("p", "r", "f")}
        except (KeyError, TypeError, ValueError):
            continue  # written by hand, or without a score: not published
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep warnings of other versions from the log: what matters of a pipeline here is measured."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _broken(name: str, error: Exception) -> UserError:
    why = one_line(str(error), 160) or type(error).__name__
    return UserError(f"{name}: cannot be used ({why}); name an installed package or a folder with --model")
