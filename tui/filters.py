"""What every line passes on its way to the terminal, whichever widget drew it."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from flowchart.text import printable

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


class Safe(LineFilter):
    """Lets no control character through, whatever widget it comes from.

    Widgets make text from data printable themselves; this stands behind them, for Textual's own (a line being
    typed, a toast, the palette), which let ESC and C1 pass.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments with every unsafe character replaced, one for one."""
        return [
            segment
            if segment.control or segment.text.isprintable()
            else Segment(printable(segment.text), segment.style, segment.control)
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
