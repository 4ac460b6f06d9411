"""The settings that loading data and training on it have in common, and what they are when nobody says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

SPACY, ROWS = "spacy", "rows"
"""Who cuts texts into tokens: a tokenizer of spaCy's, or the rows, which have their own."""

USUAL: dict[str, Any] = {"fix": False, "tokens": SPACY, "group_by": ""}
"""Those only written down where they are other than these, so that runs of before are as good as ever."""

TOKENIZER = ("base_model", "config", "overrides")
"""Settings of a training that a check may have as well, since they decide the tokenizer."""


def unusual(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of `USUAL` that are to be written down; None is as usual, too."""
    return {name: settings[name] for name, usual in USUAL.items() if settings.get(name) not in (None, usual)}


def same_data(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two runs' settings read data in the same way, as far as `USUAL` goes."""
    return unusual(one) == unusual(other)


def how_read(result: Mapping[str, Any]) -> str:
    """Return in words in which unusual way a check read its data; "" for the usual one."""
    words = []
    if result.get("fix") is True:
        words.append("spans mended where that is certain (--fix)")
    named = result.get("base_model") or result.get("config")
    if result.get("tokens") == ROWS:
        words.append("texts cut at the rows' own tokens (--tokens rows)")
    elif isinstance(named, str):
        words.append(f"texts cut as by {PurePath(named).name}")
    return ", ".join(words)
