"""Small questions over a screen: a choice, or a line of text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from flowchart.text import printable
from tui.screens.base import Answered, ClosingScreen
from tui.widgets.key_hints import KeyHints
from tui.widgets.lines import Lines
from tui.widgets.plain import Plain, styled
from tui.widgets.prompt_line import PromptLine


class Dialog(ClosingScreen[Answered], ModalScreen[Answered]):
    """A box over the screen below. Its styles are its own, so that the first frame need not parse them."""

    DEFAULT_CSS = """
    Dialog { align: center middle; }
    Dialog > .dialog {
        width: 72;
        max-width: 96%;
        height: auto;
        max-height: 90%;
        overflow-y: auto; /* three lines to fill in are more than 60x15 has room for */
        background: $surface;
        border: round $border;
        padding: 1 2;

        & > Plain { margin-bottom: 1; }
        & > Plain.prompt { margin-bottom: 0; color: $foreground-muted; }
        & > Plain:last-child { margin-bottom: 0; }
        & > Input { margin-bottom: 1; background: $panel; }
        & > Lines { height: auto; max-height: 12; border: none; text-wrap: wrap; }
        &.-tight > Input { margin-bottom: 0; } /* so that 24 lines hold it */
    }
    """


class Choice(Dialog[str]):
    """A question with a few answers, each with a key of its own; escape takes none ("")."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss('')", "Back", id="dialog.back"),
    ]

    def __init__(self, question: str, answers: Sequence[tuple[str, str]]) -> None:
        """Ask a question.

        Args:
            question: What is asked; may hold text from data.
            answers: Pairs of a key and what it stands for. The key is what the screen returns; j and k move.
        """
        super().__init__()
        self._question = question
        self._answers = answers

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Plain(self._question)
            yield Lines(
                *(
                    Option(Content.assemble((f" {key} ", "bold"), f" {text}"), id=key)
                    for key, text in self._answers
                ),
                compact=True,
            )
        yield KeyHints()

    def on_mount(self) -> None:
        self.query_one(Lines).focus()

    def on_key(self, event: Key) -> None:
        """Take an answer by its key."""
        if event.character and any(key == event.character for key, _ in self._answers):
            event.stop()
            self.dismiss(event.character)

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id or "")


class FileSuggester(Suggester):
    """Completes a path by the files and folders that are there; right arrow takes the suggestion."""

    def __init__(self, endings: tuple[str, ...] = ()) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._endings = endings

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first path that begins with `value`, folders with a slash at the end."""
        return await asyncio.to_thread(self._complete, value)

    def _complete(self, value: str) -> str | None:
        try:
            typed = Path(value).expanduser()
            folder, start = (typed, "") if value.endswith("/") else (typed.parent, typed.name)
            names = sorted(entry.name + ("/" if entry.is_dir() else "") for entry in folder.iterdir())
        except (OSError, ValueError, RuntimeError):
            return None
        for name in names:
            fits = name.endswith("/") or not self._endings or name.endswith(self._endings)
            if name.startswith(start) and name.isprintable() and fits and (start or not name.startswith(".")):
                return value[: len(value) - len(start)] + name
        return None


MOST_LOOSE = 4
"""Lines of a dialog that are set apart by empty ones."""


class Ask(Dialog[list[str] | None]):
    """One or more lines of text; enter takes them, escape takes nothing (None)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="dialog.back"),
        Binding("enter", "take", "Take it", id="dialog.take"),
        # with priority, so that what is typed behind a tab goes into the next line
        Binding("tab", "app.focus_next", "Next line", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "Line before", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        lines: Sequence[tuple[str, str]],
        *,
        check: Callable[[list[str]], str] | None = None,
        files: tuple[str, ...] | None = None,
        hint: str = "",
    ) -> None:
        """Ask for text.

        Args:
            title: What is asked for.
            lines: Pairs of a prompt and the value that stands there already.
            check: Returns what is wrong with the values in one line, or "".
            files: Complete the lines as paths of files with these endings.
            hint: A line below.
        """
        super().__init__()
        self._title, self._lines, self._check, self._files, self._hint = title, lines, check, files, hint

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tight" if len(self._lines) > MOST_LOOSE else "dialog"):
            yield Plain(styled(self._title, "bold"))
            for prompt, value in self._lines:
                yield Plain(prompt, classes="prompt")
                suggester = FileSuggester(self._files) if self._files is not None else None
                line = PromptLine(value, suggester=suggester, compact=True)
                line.cursor_blink = False
                yield line
            if self._hint:
                yield Plain(Content.styled(self._hint, "$foreground-muted"))
            keys = "enter takes it, escape goes back"
            if len(self._lines) > 1:
                keys = "tab goes to the next line, enter takes all, escape goes back"
            yield Plain(Content.styled(keys, "$foreground-muted"))
            yield Plain(id="wrong")
        yield KeyHints()

    def on_mount(self) -> None:
        self.query_one("#wrong").display = False
        # In a small terminal the focus on a line would have scrolled the title away.
        self.call_after_refresh(self.query_one(".dialog").scroll_home, animate=False)

    @on(Input.Submitted)
    def action_take(self) -> None:
        """Take the lines, if nothing is wrong with them."""
        values = [line.value for line in self.query(Input)]
        wrong = self._check(values) if self._check is not None else ""
        if wrong:
            line = self.query_one("#wrong", Plain)
            line.show(Content.styled(printable(wrong), "$text-error"))
            line.display = True
            self.call_after_refresh(line.scroll_visible, animate=False)
        else:
            self.dismiss(values)
