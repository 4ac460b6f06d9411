"""Keys in the order in which they were typed: each has done its work before the next one is looked at.

Over a slow line, on a busy machine, or with a key held down, several keys come in one read. Textual hands
each to whatever is in focus at that moment and runs its binding later: the second enter of two then closes a
dialog that is closed already, and a letter typed after the key that opens one answers the question below.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.events import Callback, Event, Key, Paste
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.worker import Worker, get_current_worker

OPENING = ("dialog", "row", "quit")
"""Groups of workers that open screens one after the other: a key waits for the next one."""

LONGEST = 1.0
"""Seconds that a key waits for the one before it; then it goes on, whatever that is still doing."""

REPEAT = 0.4
"""Seconds in which a key is taken for the repetition of the one that closed a screen."""

ROUNDS = 3
"""How often messages go from the widget in focus up to the app: a key, what it sends, what that sends."""

AT_ONCE = ("ctrl+q", "ctrl+z")
"""Keys that wait for nothing."""


class KeysInOrder(App[None]):
    """An app that takes a key when the one before it is done."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Textual's own
        super().__init__(**options)
        self._typed: list[Key | Paste] = []
        self._taking: asyncio.Task[None] | None = None
        self._in_hand: Event | None = None
        self._closed_by: tuple[str, float] = ("", 0.0)
        self._asks: dict[Worker[Any], Screen[Any]] = {}

    async def on_event(self, event: Event) -> None:
        """Put a key behind those that were typed before it; every other event is taken at once."""
        waits = isinstance(event, (Key, Paste)) and not event.is_forwarded and event is not self._in_hand
        if not waits or (isinstance(event, Key) and event.key in AT_ONCE):
            await super().on_event(event)
            return
        assert isinstance(event, (Key, Paste))
        self._typed.append(event)
        if self._taking is None or self._taking.done():
            self._taking = asyncio.create_task(self._take_typed())

    async def push_screen_wait(self, screen: Screen[Any] | str, *, mode: str | None = None) -> Any:  # noqa: ANN401
        """Open a screen and wait for what it returns; which worker waits for which screen is known."""
        worker = get_current_worker()
        if isinstance(screen, Screen):
            self._asks[worker] = screen
        try:
            return await super().push_screen_wait(screen, mode=mode)
        finally:
            self._asks.pop(worker, None)

    def takes(self, event: Key | Paste) -> bool:  # noqa: ARG002
        """Whether a key may do anything now; an app that knows better says so."""
        return True

    async def _take_typed(self) -> None:
        while self._typed and self.is_running:
            event = self._typed.pop(0)
            if self._repeats(event) or not self.takes(event):
                continue
            chain, depth = self._pumps(), len(self.screen_stack)
            self._in_hand = event
            self.post_message(event)
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST):
                    await self._settle(chain)
            if isinstance(event, Key) and self.is_running and len(self.screen_stack) < depth:
                self._closed_by = event.key, event.time

    def _repeats(self, event: Key | Paste) -> bool:
        """Whether a key is held down, or was struck twice, and has closed a screen the first time.

        Going back is no answer to anything, unless there is nothing left to go back from.
        """
        key, moment = self._closed_by
        if not isinstance(event, Key) or event.key != key or event.time - moment > REPEAT:
            self._closed_by = "", 0.0  # after another key the same one is struck anew
            return False
        if key == "escape" or (key == "q" and len(self.screen_stack) > 1):
            return False
        self._closed_by = key, event.time
        return True

    def _pumps(self) -> list[MessagePump]:
        """The widget in focus and all above it, up to the app."""
        node: DOMNode = self.focused or self.screen
        return list(node.ancestors_with_self)

    async def _settle(self, before: list[MessagePump]) -> None:
        """Wait until a key has done what it does, and the screen that it opens can take the next one.

        Args:
            before: Where messages went when the key was struck.
        """
        await _passed(self)
        rounds = 0
        while rounds < ROUNDS and self.is_running:
            top = self.screen
            for pump in dict.fromkeys([*before, *self._pumps()]):
                await _passed(pump)
            if self.is_running and self.screen is top and top.is_mounted and not self._opening():
                rounds += 1
            else:
                rounds = 0
                await asyncio.sleep(0.002)

    def _opening(self) -> bool:
        """Whether a worker is on its way to a screen: before the first, or between two."""
        stack = self.screen_stack
        return any(
            worker.group in OPENING and not worker.is_finished and self._asks.get(worker) not in stack
            for worker in self.workers
        )


async def _passed(pump: MessagePump) -> None:
    """Wait until a pump has handled what is in its queue now; one that is closing handles no more."""
    done: list[bool] = []
    if not pump.post_message(Callback(lambda: done.append(True))):
        return
    turns = 0
    while not done and not pump._closing and not pump._closed:
        turns += 1
        await asyncio.sleep(0 if turns < 50 else 0.002)
