"""The app: the theme, the clipboard, the signals and the first screen."""

from __future__ import annotations

import asyncio
import os
import signal
import traceback
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import ClassVar

from textual import work
from textual._callback import invoke
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme

from flowchart.errors import UserError
from flowchart.runs.process import cancel
from flowchart.text import one_line
from flowchart.walk import Walk
from tui import settings
from tui.filters import Ascii, Safe
from tui.glyphs import ASCII, UNICODE
from tui.keys_in_order import KeysInOrder
from tui.options import Options
from tui.screens.base import ClosingScreen
from tui.screens.main import MainScreen
from tui.terminal import osc52


class NerTuiApp(KeysInOrder):
    """The NER flowchart in a terminal."""

    TITLE = "ner-tui"
    CSS_PATH = "styles.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit_always"),
        Binding("colon,ctrl+p", "command_palette", "Every action by name", show=False, id="app.palette"),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, id="app.suspend"),
    ]

    def __init__(self, options: Options, walk: Walk, *, few_colours: str = "") -> None:
        """Make the app.

        Args:
            options: What it was started with.
            walk: The walk.
            few_colours: The theme of a terminal that has 16 colours, where nobody has chosen another.
        """
        super().__init__(ansi_color=None)
        self.options = options
        self.walk = walk
        self.glyphs = ASCII if options.ascii else UNICODE
        self._own_filters: list[LineFilter] = [Safe(), Ascii()] if options.ascii else [Safe()]
        self.settings = settings.load()
        self.last_words = ""
        """What the command line says after the screen is gone."""
        self.main = MainScreen(walk, self.glyphs, ascii_only=options.ascii)
        self.register_theme(PAPER)
        if "TEXTUAL_THEME" not in os.environ:
            usual = few_colours if few_colours and self.console.color_system == "standard" else PAPER.name
            liked = self.settings.theme if self.settings.theme in self.available_themes else usual
            self.set_reactive(App.theme, liked)  # now: a change after the first frame styles all anew
            self._refresh_truecolor_filter(self.ansi_theme)  # else the terminal's own colours become others
            self.stylesheet.set_variables(self.get_css_variables())
        self._theme_before = self.theme

    def get_key_display(self, binding: Binding) -> str:
        """Name a key as it stands on a keyboard: not every terminal's font has a sign for enter."""
        return "enter" if binding.key == "enter" else super().get_key_display(binding)

    def get_css_variables(self) -> dict[str, str]:
        """Return the theme's colours, those of few colours as they can be read."""
        variables = super().get_css_variables()
        if self.theme == "ansi-dark":
            variables |= OF_16
        return variables

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the filters of every line: Textual's own, then the app's."""
        return [*super().get_line_filters(), *self._own_filters]

    def get_default_screen(self) -> MainScreen:
        """Return the main screen: an empty one below it would be composed for nothing."""
        return self.main

    def on_mount(self) -> None:
        if self.settings.keys:
            self.set_keymap(self.settings.keys)
        self.theme_changed_signal.subscribe(self, self._keep_theme)
        for number in (signal.SIGHUP, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._told_to_end, number)

    def _keep_theme(self, theme: Theme) -> None:
        if theme.name != self._theme_before:  # the signal also comes once at the start
            self._theme_before = self.settings.theme = theme.name
            settings.save(self.settings)

    def _told_to_end(self, number: signal.Signals) -> None:
        """End as asked. Every answer is on disk already, and a run goes on in a session of its own."""
        self.exit(return_code=128 + number)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action of the screen in front, by name, and the theme."""
        seen: set[str] = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.id and binding.tooltip and active.enabled and binding.action not in seen:
                seen.add(binding.action)
                node, action = active.node, binding.action

                async def call(action: str = action, node: object = node) -> None:
                    await self.run_action(action, node)  # type: ignore[arg-type]

                key = self.get_key_display(binding)
                yield SystemCommand(f"{binding.description} ({key})", binding.tooltip, call)
        yield SystemCommand(
            "Theme",
            "Choose another theme; ansi-dark and ansi-light keep the terminal's own colours",
            self.action_change_theme,
        )
        yield SystemCommand("Quit (q)", "Leave; a running training may go on", self.action_quit)

    @work(group="dialog", exclusive=True)
    async def action_command_palette(self) -> None:  # type: ignore[override]
        """Offer every action of the screen in front by name, and do the one that is taken."""
        from tui.screens.pick import Entry, Pick

        if isinstance(self.screen, Pick):
            return
        commands = list(self.get_system_commands(self.screen))
        entries = [Entry(command.title, command.help) for command in commands]
        taken = await self.push_screen_wait(Pick("Every action by name", entries))
        if taken is not None:
            await invoke(commands[taken].callback)

    @work(group="dialog", exclusive=True)
    async def action_change_theme(self) -> None:  # type: ignore[override]
        """Offer the themes."""
        from tui.screens.pick import Entry, Pick

        names = sorted(self.available_themes, key=lambda name: (name != PAPER.name, name))
        taken = await self.push_screen_wait(Pick("Theme", [Entry(name) for name in names]))
        if taken is not None:
            self.theme = names[taken]

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """Do what a key is bound to; where that is nothing, the screen says why."""
        done = await super()._check_bindings(key, priority)
        if not done and not priority and (explain := getattr(self.screen, "explain", None)) is not None:
            explain(key)
        return done

    def takes(self, event: Key | Paste) -> bool:
        """Whether a key may do anything: on a screen that nobody can read, only going back."""
        screen = self.screen
        if isinstance(screen, ClosingScreen) and screen.too_small:
            return isinstance(event, Key) and event.key == "escape"
        return True

    def copy_to_clipboard(self, text: str) -> None:
        """Send text to the terminal's clipboard by OSC 52. No answer tells whether it arrived."""
        self._clipboard = text
        if self._driver is not None:
            self._driver.write(osc52(text))

    def _handle_exception(self, error: Exception) -> None:
        """End with one line instead of a traceback; the traceback goes to a file beside the session.

        An app that has been told to end is not stopped by an error, and its exit status stays what it was.

        Raises:
            Exception: The error itself, under a test's pilot.
        """
        if self._exit or not self.is_running:
            return  # on the way out: what was still being mounted has lost its place, and nothing else
        if self.is_headless:
            super()._handle_exception(error)
            return
        file = self.walk.workspace.root / "crash.log"
        with suppress(OSError):
            file.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        what = one_line(f"{type(error).__name__}: {error}", 200)
        self.last_words = f"ner-tui: broke off ({what}); every answer is saved, details are in {file}"
        self.exit(return_code=1)

    @work(group="quit", exclusive=True)
    async def action_quit(self) -> None:  # type: ignore[override]
        """Leave; when a training is running, ask whether it goes on."""
        from tui.screens.dialogs import Choice

        run = self.main.active_run
        if run is None:
            self.exit()
            return
        answers = [
            ("r", "Keep it running; the next start finds it again"),
            ("s", "Stop it; finished points are kept"),
            ("b", "Back to the app"),
        ]
        answer = await self.push_screen_wait(Choice("A training is running.", answers))
        if answer == "s":
            try:
                await asyncio.to_thread(cancel, run)
            except UserError as error:
                self.main.complain(error)
                return
        if answer == "r":
            option = self.walk.workspace.option
            self.last_words = (
                f"{run.recipe} goes on; `ner-tui runs follow {run.id}{option}` follows it, "
                f"`ner-tui{option}` comes back to it."
            )
        if answer in ("r", "s"):
            self.exit()


OF_16 = {
    "text-primary": "ansi_bright_cyan",  # the blue of many is not legible on black
    "border-blurred": "ansi_bright_black",
    "block-cursor-blurred-background": "ansi_bright_black",
    "block-cursor-blurred-foreground": "ansi_bright_white",
    "scrollbar": "ansi_bright_black",
    "scrollbar-hover": "ansi_white",
    "scrollbar-active": "ansi_white",
}
"""What Textual's own theme of 16 colours has in black, or in blue."""

PAPER = Theme(
    name="ner-paper",
    primary="#87afff",
    secondary="#af87ff",
    accent="#87d7ff",
    success="#87d787",
    warning="#d7af5f",
    error="#ff5f87",
    foreground="#d0d0d0",
    background="#1c1c1c",
    surface="#262626",
    panel="#303030",
    dark=True,
    variables={
        "border-blurred": "#585858",
        "foreground-muted": "#949494",
        "block-cursor-blurred-background": "#3a3a3a",
        "block-hover-background": "#303030",
        "scrollbar": "#626262",
        "scrollbar-hover": "#8a8a8a",
        "scrollbar-active": "#87afff",
        "scrollbar-background": "#262626",
        "scrollbar-background-hover": "#262626",
        "scrollbar-background-active": "#262626",
        "scrollbar-corner-color": "#262626",
    },
)
"""A quiet dark theme with contrast to spare.

Its greys are those of the 256 colours' own ramp, its colours those of their cube: bluish greys would come out
black and navy there, as over SSH and in tmux.
"""
