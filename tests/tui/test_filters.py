"""What every line passes on its way to the terminal."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from tui.filters import Safe

BLACK = Color(0, 0, 0)


def shown(text: str) -> str:
    return "".join(segment.text for segment in Safe().apply([Segment(text)], BLACK))


@pytest.mark.parametrize(
    ("text", "narrow"),
    [
        ("❤\ufe0f", "❤ "),
        ("to \N{CITYSCAPE}\ufe0f or ☀\ufe0f.", "to \N{CITYSCAPE}  or ☀ ."),
        ("1\ufe0f\u20e3", "1\u20e3 "),
        ("\N{WATCH}\ufe0f", "\N{WATCH}\ufe0f"),  # wide in itself
        ("a\ufe0fb", "a\ufe0fb"),  # no emoji
        ("\N{WOMAN}\u200d❤\ufe0f\u200d\N{WOMAN}", "\N{WOMAN}\u200d❤\ufe0f\u200d\N{WOMAN}"),
    ],
)
def test_emoji_of_a_doubtful_width_keep_their_cells(text: str, narrow: str) -> None:
    """A terminal that draws one cell where two were counted would move the rest of the line."""
    assert shown(text) == narrow
    assert cell_len(narrow) == cell_len(text)


def test_controls_are_replaced_beside_emoji() -> None:
    assert shown("\x1b[31m❤\ufe0f") == "\ufffd[31m❤ "
