"""`ner-tui check`: what is in a dataset, and what is wrong with it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from flowchart.workspace import Workspace
from tui.cli.check_text import check_text
from tui.cli.data import check_settings, named, tokenizer_settings
from tui.cli.follow import perform


def run(options: argparse.Namespace) -> int:
    """Check the dataset and print what was found."""
    data = named(options.data, options.eval)
    workspace = Workspace.find(options.workspace)
    done, result = perform(
        workspace, "check", {**check_settings(data, options), **tokenizer_settings(options)}
    )
    file = done.folder / "findings.jsonl"
    if options.json:
        _print_json({**result, "run": done.id}, file)
    else:
        sys.stdout.write(check_text(result, file, options.rows))
    return 0


def _print_json(result: dict[str, Any], file: Path) -> None:
    """Print the result with every finding in it, however many: they are copied line by line, not held."""
    summary = result.pop("findings", {})
    result["findings_by_kind"] = summary.get("kinds", [])
    sys.stdout.write(json.dumps(result)[:-1] + ', "findings": [')
    separator = "\n"
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            sys.stdout.write(separator + line.rstrip("\n"))
            separator = ",\n"
    sys.stdout.write("]}\n")
