"""The settings that loading data and training on it have in common, and what they are when nobody says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

USUAL: dict[str, Any] = {"group_by": ""}
"""Those only written down where they are other than these, so that runs of before are as good as ever."""


def unusual(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of `USUAL` that are to be written down; None is as usual, too."""
    return {name: settings[name] for name, usual in USUAL.items() if settings.get(name) not in (None, usual)}


def same_data(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two runs' settings read data in the same way, as far as `USUAL` goes."""
    return unusual(one) == unusual(other)
