"""Labels that an eval set holds too few of for their scores to say much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FEW_MARK = "*"

FEW = "too little support in the eval set: such an F says little"
"""What the mark means."""


def too_few(scores: Mapping[str, Any]) -> bool:
    """Whether a label's scores rest on too few texts.

    Args:
        scores: The label's entry in `ents_per_type`: `enough` says it; results of older versions only leave
            the interval out.
    """
    if "enough" in scores:
        return not scores["enough"]
    return "f_low" in scores and scores["f_low"] is None
