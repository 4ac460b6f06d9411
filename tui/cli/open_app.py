"""`ner-tui`, `ner-tui DATA` and `ner-tui demo`: the app where there is a terminal, else the plain report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from flowchart.errors import UserError
from flowchart.workspace import DEMO, Workspace
from tui.cli.data import Data, named


def run(options: argparse.Namespace) -> int:
    """Open the app, or print the report when nobody could see the app."""
    data = _data(options)
    if options.demo:
        options.workspace = str(Workspace.find(options.workspace, DEMO).root)
    if options.plain or not sys.stdout.isatty():
        from tui.cli.plain_report import write

        return write(options, data)
    for stream, name in ((sys.stdin, "standard input"), (sys.stderr, "standard error")):
        if not stream.isatty():
            raise UserError(
                f"needs a terminal, but {name} is none; over ssh use ssh -t, or print a report with --plain"
            )
    from tui.terminal import is_dumb

    if is_dumb():
        if data is None and not options.demo:
            raise UserError("TERM=dumb has no way to draw the app; name a file for its plain report")
        from tui.cli.plain_report import write

        sys.stderr.write("ner-tui: TERM=dumb has no way to draw the app; this is the plain report\n")
        return write(options, data)
    from tui.launch import run_app
    from tui.options import Options

    return run_app(
        Options(
            workspace=Workspace.find(options.workspace),
            data=data.train if data else (),
            eval=data.eval if data else (),
            flowchart=Path(options.flowchart) if options.flowchart else None,
            lang=options.lang,
            eval_split=options.eval_split,
            seed=options.seed,
            fix=options.fix,
            tokens=options.tokens,
            group_by=options.group_by,
            n_samples=options.n_samples,
            repeats=options.repeats,
            target=options.target,
            ascii=options.ascii,
            measure=not options.no_measure,
            mouse=not options.no_mouse,
        )
    )


def _data(options: argparse.Namespace) -> Data | None:
    """Return the dataset that is asked for; None to come back to the last one."""
    if options.demo:
        from flowchart import demo

        train, evaluation = demo.files()
        return Data((train,), (evaluation,))
    if options.data:
        return named(options.data, options.eval)
    if options.eval:
        raise UserError("only evaluation sets are given; name a file to train on as well")
    return None
