"""`ner-tui train-curve`: the learning curve, and whether it still rises."""

from __future__ import annotations

import argparse
import json
import sys

from flowchart.workspace import Workspace
from tui.cli.curve_text import basis_text, curve_plot, curve_table, label_table, verdict_text
from tui.cli.data import curve_settings, named
from tui.cli.follow import perform


def run(options: argparse.Namespace) -> int:
    """Train the points and print the curve."""
    data = named(options.ner, options.eval)
    workspace = Workspace.find(options.workspace)
    done, result = perform(workspace, "train-curve", curve_settings(data, options), data)
    if options.json:
        sys.stdout.write(json.dumps({**result, "run": done.id}) + "\n")
        return 0
    points = result["points"]
    out = basis_text(result) + "\n" + curve_table(points)
    if options.label_stats:
        out += "\n" + label_table(points)
    if options.show_plot:
        out += "\n" + curve_plot(points, ascii_only=options.ascii)
    sys.stdout.write(out + "\n" + verdict_text(result))
    return 0
