"""What must be right about the terminal before Textual is imported: it reads its settings once, at import."""

from __future__ import annotations

import os
import sys


def prepare() -> None:
    """Set Textual's environment for a terminal at the end of a slow line; what the person set stays.

    Smooth scrolling sends five times the bytes of a plain jump, and what blinks or moves sends bytes for as
    long as it is on the screen, so there are no animations. Over SSH the bytes of one arrow key may arrive
    in two packets: a longer wait keeps the first from being read as the escape key.
    """
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    if over_ssh():
        os.environ.setdefault("ESCDELAY", "300")
    stream = sys.__stderr__
    if stream is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")  # Textual draws on stderr


def over_ssh() -> bool:
    """Whether the terminal is at the other end of an SSH connection."""
    return bool(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))


def own_colours() -> str:
    """Return the theme that keeps the terminal's own 16 colours: the light one where it is known to be light.

    COLORFGBG is set by rxvt, Konsole and others: text and background, as in 0;15.
    """
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return "ansi-light" if background in ("7", "15") else "ansi-dark"


def is_dumb() -> bool:
    """Whether the terminal knows no escape codes."""
    return os.environ.get("TERM", "").lower() in ("dumb", "unknown")


def osc52(text: str) -> str:
    """Return the escape sequence that puts `text` on the clipboard of the terminal's own machine.

    Inside tmux the sequence is also wrapped, so that tmux hands it on when its `allow-passthrough` is on,
    besides taking it itself (`set-clipboard`).
    """
    import base64

    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    sequence = f"\x1b]52;c;{encoded}\x07"
    if os.environ.get("TMUX"):
        wrapped = sequence.replace("\x1b", "\x1b\x1b")
        return f"{sequence}\x1bPtmux;{wrapped}\x1b\\"
    return sequence
