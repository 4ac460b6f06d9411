"""The keys of the main screen."""

from __future__ import annotations

from textual.binding import Binding, BindingType

KEYS: list[BindingType] = [
    Binding("y", "answer('yes')", "Yes", id="walk.yes", tooltip="Answer the box in hand with yes"),
    Binding("n", "answer('no')", "No", id="walk.no", tooltip="Answer the box in hand with no"),
    Binding("y", "answer('next')", "Go on", id="walk.next", tooltip="The box in hand is done: go on"),
    Binding(
        "enter",
        "accept",
        "Take it",
        id="walk.accept",
        tooltip="Answer the box in hand as the data suggests, or go on",
    ),
    Binding("u", "undo", "Undo", id="walk.undo", tooltip="Take the last answer back"),
    Binding(
        "full_stop",
        "come_back",
        "In hand",
        key_display=".",
        id="walk.back",
        tooltip="Show the box in hand",
    ),
    Binding("o", "open", "Open", id="data.open", tooltip="Open a dataset"),
    Binding("t", "train", "Train", id="curve.train", tooltip="Train the learning curve"),
    Binding("x", "cancel", "Cancel", id="curve.cancel", tooltip="Cancel what is running"),
    Binding("e", "export", "Export", id="walk.export", tooltip="Export the path as Markdown"),
    Binding("w", "note", "Note", id="walk.note", tooltip="Write a note on the box shown"),
    Binding(
        "W",
        "note_last",
        "Note on the last answer",
        show=False,
        id="walk.note_last",
        tooltip="Write a note on the last answer",
    ),
    Binding(
        "m",
        "measure",
        "Measure",
        id="data.measure",
        tooltip="Say what the questions are measured with: patterns, pipelines, labels, target",
    ),
    Binding("d", "rows", "Rows", id="data.rows", tooltip="Open the details of what was measured"),
    Binding("f", "findings", "Findings", id="data.findings", tooltip="Open the findings, down to their rows"),
    Binding(
        "F",
        "mend(True)",
        "Mend",
        id="data.mend",
        tooltip="Mend the spans that can only be mended in one way, and load the data again",
    ),
    Binding(
        "F",
        "mend(False)",
        "As written",
        id="data.unmend",
        tooltip="Take the spans as they are written again",
    ),
    Binding("z", "zoom", "Zoom", id="view.zoom", tooltip="Zoom the pane in focus, or back"),
    Binding("v", "view", "Data/curve", id="view.metrics", tooltip="Show the other half of the metrics pane"),
    Binding(
        "p",
        "labels",
        "Per label",
        show=False,
        id="curve.labels",
        tooltip="Show the curve of single labels",
    ),
    Binding("R", "runs", "Runs", id="runs.list", tooltip="List the runs: follow, cancel, resume"),
    Binding(
        "1",
        "pane('flowchart')",
        "Flowchart",
        show=False,
        id="view.flowchart",
        tooltip="Go to the flowchart",
    ),
    Binding(
        "2", "pane('question')", "Question", show=False, id="view.question", tooltip="Go to the question"
    ),
    Binding(
        "3", "pane('metrics')", "Metrics", show=False, id="view.pane_metrics", tooltip="Go to the metrics"
    ),
    Binding("tab", "next_pane(1)", "Next pane", show=False, id="view.next"),
    Binding("shift+tab", "next_pane(-1)", "Pane before", show=False, id="view.previous"),
    Binding("q", "app.quit", "Quit", id="app.quit"),
    Binding("question_mark", "help", "Help", key_display="?", id="app.help"),
]
