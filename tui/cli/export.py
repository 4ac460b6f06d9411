"""`ner-tui export`: the path walked so far as Markdown."""

from __future__ import annotations

import argparse
from pathlib import Path

from flowchart.walk import Walk
from flowchart.workspace import Workspace
from tui.cli.output import file_to_write, write


def run(options: argparse.Namespace) -> int:
    """Write the report to a file, or print it."""
    file = file_to_write(options.output, force=options.force)
    walk = Walk(Workspace.find(options.workspace), Path(options.flowchart) if options.flowchart else None)
    write(walk.report(provenance=options.provenance), file)
    return 0
