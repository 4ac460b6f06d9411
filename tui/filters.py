"""What every line passes on its way to the terminal, whichever widget drew it."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from flowchart.text import harmless

_BOX = "─━┄┅┈┉╌╍═╴╶╸╺▔▁▂▃▄▅▆▇▀"
_UPRIGHT = "│┃┆┇┊┋╎╏║╵╷╹╻▏▎▍▌▋▊▉▕▐"
_CORNERS = "┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼╭╮╯╰╔╗╚╝╠╣╦╩╬"
_ASCII = str.maketrans(
    {
        **dict.fromkeys(_BOX, "-"),
        **dict.fromkeys(_UPRIGHT, "|"),
        **dict.fromkeys(_CORNERS, "+"),
        "█": "#",
        "…": "~",
        "“": '"',
        "”": '"',
        "’": "'",
        "▶": ">",
        "▼": "v",
        "▲": "^",
        "•": "*",
        "●": "*",
        "✓": "!",
        "✔": "!",
        "✖": "x",
        "→": ">",
        "↩": "<",
        "↓": "v",
        "−": "-",
        "□": "o",
        "»": "#",
        "\N{REPLACEMENT CHARACTER}": "?",
    }
)

_SELECTOR = "\N{VARIATION SELECTOR-16}"
_JOINER = "\N{ZERO WIDTH JOINER}"
_KEYCAP = "\N{COMBINING ENCLOSING KEYCAP}"
_EMOJI = re.compile(f"(?<!{_JOINER})(.){_SELECTOR}({_KEYCAP}?)(?!{_JOINER})")
"""A character that a selector makes an emoji, and is not part of a longer one."""


def fixed_width(text: str) -> str:
    """Return `text` with narrow characters that a selector makes wide emoji as such a character and a space.

    Textual counts two cells for them, tmux and many terminals one, and the rest of the line would be moved.
    """
    if _SELECTOR not in text:
        return text
    return _EMOJI.sub(
        lambda found: f"{found[1]}{found[2]} " if cell_len(found[1]) < cell_len(found[0]) else found[0], text
    )


class Safe(LineFilter):
    """Lets no control character through, whatever widget it comes from, and none of a doubtful width.

    Widgets make text from data printable themselves; this stands behind them, for Textual's own (a line being
    typed, a toast, the palette), which let ESC and C1 pass.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments with every unsafe character replaced; no line changes its width."""
        return [
            segment
            if segment.control or (segment.text.isprintable() and _SELECTOR not in segment.text)
            else Segment(fixed_width(harmless(segment.text)), segment.style, segment.control)
            for segment in segments
        ]


class Ascii(LineFilter):
    """Draws in ASCII what the app and Textual draw with box characters; letters from data stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments with the marks of the app and of Textual in ASCII."""
        return [
            segment
            if segment.control or segment.text.isascii()
            else Segment(segment.text.translate(_ASCII), segment.style, segment.control)
            for segment in segments
        ]
