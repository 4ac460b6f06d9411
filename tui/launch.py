"""The way into the app: the workspace locked, the terminal prepared, the app run to its end."""

from __future__ import annotations

import gc
import sys

from tui.options import Options


def run_app(options: Options) -> int:
    """Run the app and return its exit status.

    Raises:
        flowchart.errors.UserError: The workspace, the chart or the session cannot be used; said before the
            screen is touched.
    """
    from tui import terminal

    terminal.prepare()
    gc.disable()  # until the first frame is on the screen
    from flowchart.walk import Walk

    with options.workspace.lock() as remark:
        walk = Walk(options.workspace, options.flowchart)
        walk.remarks += [remark] * bool(remark)
        from tui.app import NerTuiApp

        app = NerTuiApp(options, walk, few_colours=terminal.own_colours())
        app.run(mouse=options.mouse)
        if app.last_words:
            sys.stderr.write(app.last_words + "\n")
        return app.return_code or 0
