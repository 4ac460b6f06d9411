"""Help: every key, and what the source of the chart says about itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize

from flowchart.graph import Flowchart
from flowchart.text import printable
from tui.glyphs import Glyphs
from tui.screens.base import ClosingScreen
from tui.widgets.key_hints import KeyHints
from tui.widgets.plain import Plain, hanging


class HelpScreen(ClosingScreen[None]):
    """One text that scrolls."""

    DEFAULT_CSS = """
    HelpScreen VerticalScroll { padding: 0 2; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "Back", key_display="esc", id="screen.back"),
        Binding("j", "scroll('scroll_down')", "Scroll", key_display="j/k"),
        Binding("k", "scroll('scroll_up')", "Up", show=False),
        Binding("g", "scroll('scroll_home')", "Top", show=False),
        Binding("G", "scroll('scroll_end')", "Bottom", show=False),
    ]

    def __init__(self, chart: Flowchart, glyphs: Glyphs) -> None:
        super().__init__()
        self._chart = chart
        self.glyphs = glyphs

    def compose(self) -> ComposeResult:
        yield Plain(Content.styled(" Help", "bold"))
        with VerticalScroll():
            yield Plain(id="help")
        yield KeyHints()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_resize(self, _event: Resize) -> None:
        """Wrap the text to the width."""
        region = self.query_one(VerticalScroll).scrollable_content_region
        groups = key_groups(self.app.get_key_display)
        self.query_one("#help", Plain).show(help_content(self._chart, self.glyphs, groups, region.width - 1))

    def action_scroll(self, how: str) -> None:
        """Scroll the text."""
        getattr(self.query_one(VerticalScroll), how)(animate=False)


def key_groups(display: object) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the keys of each pane and screen, from the bindings themselves."""
    from tui.app import NerTuiApp
    from tui.panes.question import QuestionPane
    from tui.panes.tree import FlowchartTree
    from tui.panes.tree_pane import SearchInput
    from tui.screens.details import DetailsScreen
    from tui.screens.dialogs import Ask
    from tui.screens.findings import FindingsScreen
    from tui.screens.main import MainScreen
    from tui.screens.runs import RunsScreen
    from tui.widgets.lines import Lines

    assert callable(display)
    groups: list[tuple[str, Iterable[BindingType]]] = [
        ("Everywhere", [*MainScreen.BINDINGS, *NerTuiApp.BINDINGS]),
        ("In the flowchart", FlowchartTree.BINDINGS),
        ("In the search", SearchInput.BINDINGS),
        ("In the question", QuestionPane.BINDINGS),
        ("In the findings", [*FindingsScreen.BINDINGS, *Lines.BINDINGS]),
        ("In the details", DetailsScreen.BINDINGS),
        ("In the runs", RunsScreen.BINDINGS),
        ("In a dialog with lines to fill in", Ask.BINDINGS),
    ]
    listed = []
    for title, bindings in groups:
        keys = []
        for binding in bindings:
            assert isinstance(binding, Binding)
            names = binding.key_display or ", ".join(key_name(key) for key in binding.key.split(","))
            keys.append((names, binding.tooltip or binding.description))
        listed.append((title, keys))
    return listed


def key_name(key: str) -> str:
    """A key as it is printed on a keyboard."""
    return {"full_stop": ".", "question_mark": "?", "colon": ":"}.get(key, key)


def help_content(
    chart: Flowchart, glyphs: Glyphs, groups: list[tuple[str, list[tuple[str, str]]]], cells: int = 0
) -> Content:
    """The whole help as one text, wrapped to `cells` where they are known."""

    def line(name: str, text: str, style: str = "bold") -> Content:
        return hanging(Content.styled(f"{printable(name):>14}", style) + Content("  "), text, cells)

    blocks = []
    for title, keys in groups:
        lines = [Content.styled(title, "bold $text-secondary")]
        lines += [line(name, text, "bold $text-primary") for name, text in keys]
        blocks.append(Content("\n").join(lines))
    marks = [
        (glyphs.in_hand, "the box in hand"),
        (glyphs.walked, "walked: a box or an arrow of your path (x2: twice)"),
        (glyphs.decision, "decision"),
        (glyphs.action, "something to do"),
        (glyphs.recipe, "a recipe"),
        (glyphs.entry, "start, entry of a lane, way on"),
        (glyphs.favorable, "favorable outcome"),
        (glyphs.negative, "negative outcome"),
        (glyphs.usual, "our usual suggestion"),
        (glyphs.below, "leads to the next box below"),
        (glyphs.onward, "leads further on"),
        (glyphs.back, "leads back: a loop"),
    ]
    lines = [Content.styled("Marks", "bold $text-secondary")]
    lines += [line(mark, text) for mark, text in marks]
    blocks.append(Content("\n").join(lines))
    about = [
        Content.styled(printable(chart.title), "bold $text-secondary"),
        Content(printable(chart.introduction)),
    ]
    about += [line(recipe.name, recipe.description) for recipe in chart.recipes.values()]
    blocks.append(Content("\n").join(about))
    legend = [Content.styled("Legend of the source", "bold $text-secondary")]
    legend += [line(symbol, meaning, "") for symbol, meaning in chart.legend]
    blocks.append(Content("\n").join(legend))
    metadata = [
        Content.styled("Metadata of the source", "bold $text-secondary"),
        Content(f"Version {printable(chart.version)}, released {printable(chart.released)}"),
        Content(f"Prodigy: {printable(chart.compatibility)}"),
        Content(printable(chart.source_note)),
    ]
    blocks.append(Content("\n").join(metadata))
    return Content("\n\n").join(blocks)
