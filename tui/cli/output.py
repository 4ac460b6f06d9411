"""`-o FILE`: a report into a file that is looked at before the work begins, written whole or not at all."""

from __future__ import annotations

import sys
from pathlib import Path

from flowchart.errors import UserError
from flowchart.files import Kind, kind
from flowchart.workspace import write_named

STDOUT = "-"
"""What names standard output, as everywhere."""


def file_to_write(name: str | None, *, force: bool) -> Path | None:
    """Return the file to write; None for standard output. A device or a pipe is taken as it is.

    Raises:
        UserError: It is there already and may not be overwritten, is a folder, or its folder is not there.
    """
    if name in (None, STDOUT):
        return None
    file = Path(str(name))
    found = kind(file)
    if found is Kind.FOLDER:
        raise UserError(f"{name}: is a directory; name a file in it")
    if found is Kind.FILE and not force:
        raise UserError(f"{name}: is there already; overwrite it with --force")
    if kind(file.parent) is not Kind.FOLDER:
        raise UserError(f"{name}: there is no such folder to write it in; make it")
    return file


def write(text: str, file: Path | None) -> None:
    """Write a text to a file, or to standard output.

    Raises:
        UserError: The file cannot be written.
    """
    if file is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
    else:
        write_named(file, text)
