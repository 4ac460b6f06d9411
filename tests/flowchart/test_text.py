"""Text from data, made safe to show and easy to tell apart."""

from __future__ import annotations

import pytest

from flowchart.text import REPLACEMENT, printable


@pytest.mark.parametrize(
    "unseen",
    ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\ufe0f", "\U000e0041", "\u3164"],
)
def test_what_nobody_can_see_in_a_label_is_seen(unseen: str) -> None:
    assert printable(f"PER{unseen}SON") == f"PER{REPLACEMENT}SON"
    assert printable(f"PERSON{unseen}") == f"PERSON{REPLACEMENT}"


@pytest.mark.parametrize(
    "text", ["👩\u200d🔬", "❤\ufe0f", "1\ufe0f\u20e3", "می\u200cخواهم", "क्\u200dष", "Grüße 日本"]
)
def test_scripts_and_emoji_that_need_joiners_keep_them(text: str) -> None:
    assert printable(text) == text
