"""A line to type in, which takes keys in the order in which they were typed."""

from __future__ import annotations

from textual.events import Key
from textual.widgets import Input


class PromptLine(Input):
    """An input whose editing keys are not overtaken by the letters typed after them.

    Textual puts a letter in at once, but runs a key's binding only when the key has gone through all widgets
    above. Over a slow line several keys come at a time, and a backspace would then strike the letter behind
    it.
    """

    async def _on_key(self, event: Key) -> None:
        await super()._on_key(event)
        if event.is_printable:
            return
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            event.stop()
            event.prevent_default()
            await self.run_action(binding.action)
