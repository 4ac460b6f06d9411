"""Picking one of many by name: every action, every theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from flowchart.text import one_line
from tui.screens.dialogs import Dialog
from tui.widgets.key_hints import KeyHints
from tui.widgets.lines import Lines
from tui.widgets.plain import Plain, styled
from tui.widgets.prompt_line import PromptLine


class Entry(NamedTuple):
    """What can be picked: its name, and what it does."""

    name: str
    help: str = ""


class Pick(Dialog[int | None]):
    """A list that what is typed narrows down; it returns the place of what was picked, None for nothing.

    Textual's own palette fills its list while keys come in, from workers and timers; this one is right after
    each key.
    """

    DEFAULT_CSS = """
    Pick > .dialog { height: 90%; max-height: 26; overflow-y: hidden; }
    Pick > .dialog > Lines { height: 1fr; max-height: 100%; border: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take it", id="pick.take"),
        Binding("up", "move('cursor_up')", "Up", show=False),
        Binding("down", "move('cursor_down')", "Down", show=False),
        Binding("pageup", "move('page_up')", "Page up", show=False),
        Binding("pagedown", "move('page_down')", "Page down", show=False),
        Binding("escape", "dismiss(None)", "Back", id="dialog.back"),
    ]

    def __init__(self, title: str, entries: Sequence[Entry]) -> None:
        """Offer entries.

        Args:
            title: What is picked.
            entries: What there is.
        """
        super().__init__()
        self._title, self._entries = title, entries
        self._shown: list[int] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Plain(styled(self._title, "bold"))
            line = PromptLine(placeholder="type a part of its name", compact=True)
            line.cursor_blink = False
            yield line
            lines = Lines(compact=True)
            lines.can_focus = False
            yield lines
        yield KeyHints()

    def on_mount(self) -> None:
        self.query_one(PromptLine).focus()
        self._narrow("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow(event.value)

    def _narrow(self, typed: str) -> None:
        """Show the entries that hold every word; those that begin with what was typed come first."""
        typed = typed.strip().casefold()
        words = typed.split()
        found = [
            place
            for place, entry in enumerate(self._entries)
            if all(word in f"{entry.name} {entry.help}".casefold() for word in words)
        ]
        found.sort(key=lambda place: _rank(self._entries[place].name.casefold(), typed))
        self._shown = found
        self._fill()

    def _fill(self) -> None:
        lines = self.query_one(Lines)
        lines.clear_options()
        for place in self._shown:
            entry = self._entries[place]
            name, about = Content(one_line(entry.name)), Content.styled(one_line(entry.help), "$text-muted")
            lines.add_option(Option(name + Content("  ") + about if entry.help else name))
        if self._shown:
            lines.highlighted = 0
        else:
            lines.add_option(Option(Content("nothing of that name"), disabled=True))

    def on_resize(self, _event: Resize) -> None:
        """Keep the line in hand in view."""
        self.call_after_refresh(self.query_one(Lines).scroll_to_highlight)

    @on(Input.Submitted)
    def action_take(self) -> None:
        """Take the entry in hand."""
        place = self.query_one(Lines).highlighted
        if place is not None and place < len(self._shown):
            self.dismiss(self._shown[place])

    @on(OptionList.OptionSelected)
    def _take_clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_take()

    def action_move(self, action: str) -> None:
        """Move in the list."""
        getattr(self.query_one(Lines), f"action_{action}")()


def _rank(name: str, typed: str) -> int:
    """0 for a name that begins with what was typed, 1 for one that holds it, 2 for the others."""
    return 0 if name.startswith(typed) else 1 if typed in name else 2
