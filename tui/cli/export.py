"""`ner-tui export`: the path walked so far as Markdown."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from flowchart.errors import UserError
from flowchart.walk import Walk
from flowchart.workspace import Workspace, write_atomic


def run(options: argparse.Namespace) -> int:
    """Write the report to a file, or print it."""
    walk = Walk(Workspace.find(options.workspace), Path(options.flowchart) if options.flowchart else None)
    report = walk.report(provenance=options.provenance)
    if options.output in (None, "-"):
        sys.stdout.write(report if report.endswith("\n") else report + "\n")
        return 0
    file = Path(options.output)
    if file.is_dir():
        raise UserError(f"{options.output}: is a directory; name a file in it")
    if file.exists() and not options.force:
        raise UserError(f"{options.output}: is there already; overwrite it with --force")
    try:
        write_atomic(file, report)
    except (OSError, ValueError) as error:
        raise UserError(
            f"{options.output}: not written ({getattr(error, 'strerror', None) or error})"
        ) from error
    return 0
