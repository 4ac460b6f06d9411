"""What the measures about trained pipelines have in common: which one they are about, and words for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flowchart.evidence.facts import Evidence, Facts, source, unmeasured

HOW = (
    "Install one (python -m spacy download en_core_web_sm), or name a package or a folder with --model NAME, "
    "or m in the app."
)
"""What to do where no pipeline can be used."""


MAP = "map it: --map THEIRS=YOURS, or m in the app"
"""What to do where two labels mean the same."""


def chosen(fact: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the entry of the pipeline that the questions are about; None for none.

    Raises:
        ValueError: The fact names one that it does not have.
    """
    place = fact["chosen"]
    if place is None:
        return None
    models = fact["models"]
    if not 0 <= place < len(models):
        raise ValueError(f"no pipeline {place}")
    entry: Mapping[str, Any] = models[place]
    return entry


def without(facts: Facts, fact: Mapping[str, Any]) -> Evidence:
    """Return that there is no pipeline that the question could be about."""
    usable = [entry["name"] for entry in fact["models"] if not entry["error"]]
    why = nothing(fact) if not usable else f"{shares_nothing(usable)}, so none was chosen to build on"
    return unmeasured(f"{why}.", needs="model", advice=HOW, source=source(facts))


def nothing(fact: Mapping[str, Any]) -> str:
    """Return why no pipeline can be used, as a sentence without its full stop."""
    models = fact["models"]
    if not models:
        return "no trained pipeline is installed here, and none was named"
    broken = [entry for entry in models if entry["broken"]]
    if broken:
        return str(broken[0]["error"])
    names = some([entry["name"] for entry in models])
    return f"no pipeline with an ner component: {names} {'have' if len(models) > 1 else 'has'} none"


def some(names: Iterable[Any], most: int = 6) -> str:
    """Return names in words, the first ones of many."""
    every = [str(name) for name in names]
    if len(every) <= most:
        return ", ".join(every)
    return f"{', '.join(every[: most - 1])} and {len(every) - most + 1} more"


def texts(fact: Mapping[str, Any]) -> str:
    """Return on how many evaluation texts, and whether they are all there are."""
    if fact["texts"] == fact["all_texts"]:
        return f"{fact['texts']:,} evaluation texts"
    return f"{fact['texts']:,} evaluation texts drawn from {fact['all_texts']:,}"


def rows(fact: Mapping[str, Any]) -> str:
    """Return the name of the fact whose rows can be opened; "" when it has none."""
    return "models" if fact["rows"] else ""


def shares_nothing(usable: Sequence[str]) -> str:
    """Return that none of these pipelines has a label of the data."""
    if len(usable) == 1:
        return f"{usable[0]} has none of your data's labels"
    return f"None of {len(usable)} pipelines ({some(usable)}) has any of your data's labels"
