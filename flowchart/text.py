"""Text from data, made safe to show: never a control sequence, never more lines or cells than asked for."""

from __future__ import annotations

import re
from pathlib import Path

from rich.cells import cell_len, set_cell_size

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""What stands on the screen for a character that a terminal would obey rather than show."""

_UNSAFE: dict[int, str] = {
    code: REPLACEMENT
    for code in (
        *range(0x20),  # C0 controls, ESC and BEL among them
        *range(0x7F, 0xA0),  # DEL and the C1 controls
        0x061C,
        0x200E,
        0x200F,
        0x2028,  # line and paragraph separators: one row must stay one row
        0x2029,
        *range(0x202A, 0x202F),  # bidirectional overrides
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),  # lone surrogates cannot be written as UTF-8
    )
    if code not in (0x09, 0x0A)
}

_TAGS = "\U000e0000-\U000e007f"
_FILLERS = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb"
)
_JOINING = (
    "(?<![^\\x00-\\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\\x00-\\x7f])"
    "|(?<![^\\x00-\\x7f])[\ufe00-\ufe0f\U000e0100-\U000e01ef](?!\u20e3)"
)
"""Joiners and variation selectors where they do nothing: scripts and emoji that need them are not ASCII."""

_UNSEEN = re.compile(f"[{_FILLERS}{_TAGS}]|{_JOINING}")
"""What nobody sees, and what makes two labels look the same."""

_UNSEEN_BESIDE_FLAGS = re.compile(f"[{_FILLERS}]|{_JOINING}")
"""The same in a text with the flag of a region, which is written in tags."""

_FLAG = "\N{WAVING BLACK FLAG}"

_ONE_LINE = {0x09: " ", 0x0A: " "}


def harmless(text: str) -> str:
    """Return `text` with every character that a terminal might obey replaced, one for one."""
    return text.translate(_UNSAFE)


def printable(text: str) -> str:
    """Return `text` with every character that a terminal might obey replaced, one for one.

    So is every one that nobody could see. Tab and newline stay. Offsets into the text stay valid, because the
    length does not change.
    """
    text = harmless(text)
    if text.isascii():
        return text
    return (_UNSEEN_BESIDE_FLAGS if _FLAG in text else _UNSEEN).sub(REPLACEMENT, text)


def one_line(text: str, cells: int | None = None) -> str:
    """Return `text` printable, on one line, and cut to at most `cells` terminal cells (with an ellipsis)."""
    line = printable(text).translate(_ONE_LINE)
    if cells is None:
        return line
    # A text of megabytes must not be measured whole only to be cut: one character fills at most two cells,
    # and zero-width ones are rare enough that four times the room is plenty.
    line = line[: cells * 4 + 4]
    if cell_len(line) <= cells:
        return line
    return set_cell_size(line, max(cells - 1, 0)).rstrip() + "…" if cells else ""


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, as 1 text or 1,200 texts."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def from_here(file: str) -> str:
    """Return a file's path, from the current folder if it lies below."""
    path = Path(file)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """Return `text` as one line of exactly `cells` terminal cells, cut or filled with spaces.

    Args:
        text: Any text.
        cells: The width wanted; wide characters count as two.
        right: Whether to put the filling on the left, as for numbers.
    """
    line = one_line(text, cells)
    filling = " " * max(cells - cell_len(line), 0)
    return filling + line if right else line + filling
