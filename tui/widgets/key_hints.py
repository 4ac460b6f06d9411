"""The bottom line: the keys that do something now, as many as fit, and always the way to the rest."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen

from tui.widgets.plain import Plain

GAP = "  "


class KeyHints(Plain):
    """A footer of one widget. Textual's own builds one widget a key and cuts the last off in the middle."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyHints { dock: bottom; height: 1; width: 1fr; padding: 0 1; }
    KeyHints { background: $footer-background; color: $footer-foreground; }
    """

    _waiting = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)
        self.screen.screen_layout_refresh_signal.subscribe(self, self._bindings_changed)  # what is in view

    def _bindings_changed(self, _screen: Screen[object]) -> None:
        if not self._waiting:  # one drawing for any number of changes
            self._waiting = True
            self.call_later(
                self._draw
            )  # what waits for a refresh waits at the screen in front, and goes with it

    def on_resize(self, _event: Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        self._waiting = False
        if self.is_attached:
            self.show(self.hints(self.size.width), layout=False)

    def hints(self, width: int) -> Content:
        """Return the hints that fit into `width` cells; `?` is kept whatever else must go."""
        shown: dict[str, tuple[str, str]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.action not in shown:
                says = getattr(self.screen, "says", None)  # what the key does now
                text = says(binding.action, binding.description) if says else binding.description
                key = self.app.get_key_display(binding)
                alike = next((action for action, hint in shown.items() if hint[1] == text), "")
                if alike and says:  # several keys that do one thing now
                    shown[alike] = (f"{shown[alike][0]} {key}", text)
                else:
                    shown[binding.action] = (key, text)
        last = [hint for action, hint in shown.items() if action.endswith("help")]
        room = width - sum(cell_len(f"{key} {name}{GAP}") for key, name in last)
        fitting: list[tuple[str, str]] = []
        for hint in (hint for action, hint in shown.items() if not action.endswith("help")):
            room -= cell_len(f"{hint[0]} {hint[1]}{GAP}")
            if room < 0:
                break
            fitting.append(hint)
        parts: list[Content] = []
        for key, name in [*fitting, *last]:
            parts += [Content.styled(key, "bold $footer-key-foreground"), Content(f" {name}{GAP}")]
        return Content("").join(parts)
