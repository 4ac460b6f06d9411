"""Paths that somebody typed: what goes wrong in looking at them is an error that the person can mend."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from flowchart.errors import UserError


class Kind(Enum):
    """What a path names."""

    NOTHING = auto()
    FILE = auto()
    FOLDER = auto()
    OTHER = auto()
    """A device, a pipe, a socket."""


def typed(text: str) -> Path:
    """Return a path as it was typed, with `~` for somebody's home.

    Raises:
        UserError: Nobody of that name has a home here.
    """
    try:
        return Path(text.strip()).expanduser()
    except RuntimeError as error:
        raise UserError(
            f"{text.strip()}: no such user; ./ before it names a file that begins with ~"
        ) from error


def kind(path: Path) -> Kind:
    """Return what a path names.

    Raises:
        UserError: The system does not tell: a folder may not be looked into, a name is too long.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return Kind.NOTHING
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    return Kind.FILE if S_ISREG(mode) else Kind.FOLDER if S_ISDIR(mode) else Kind.OTHER
