"""The trainings of some points on a cluster: sent out as tasks, followed, and taken in."""

from __future__ import annotations

import hashlib
import json
import pickle
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from flowchart.runs.versions import versions
from flowchart.text import one_line, printable
from flowchart.training.parcel import Returned, files_of, pack

if TYPE_CHECKING:
    from distributed import Client, Future

    from flowchart.training.point import Point
    from flowchart.training.pool import Hear

NO_WORKER = 600.0
"""Seconds for which all workers may be lost before the rest of the trainings is given up."""

NO_ANSWER = 60.0
"""Seconds for which the scheduler may be silent before it counts as gone."""

ASK = 2.0
"""Seconds between two questions to the scheduler how many threads its workers have."""

SHARED_FROM = 64 * 1024
"""Bytes from which a file that several trainings read is sent apart from them, once."""

INSTALL = "pip install '.[dask]' in a checkout of ner-tui"


def gone(address: str) -> str:
    """Say that the scheduler cannot be reached any more."""
    return f"scheduler {address} is gone; resume when it is back"


class Errands:
    """The trainings of some points on a cluster.

    As many as the cluster has threads are with it at a time: what is handed out early would be bound to a
    worker early, and the longest first would no longer be the quickest.
    """

    def __init__(self, client: Client, address: str, hear: Hear) -> None:
        self._client = client
        self._address = address
        self._hear = hear
        self._name = uuid.uuid4().hex
        self._topic = f"ner-tui-{self._name}"
        self._queue: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self._waiting: list[Point] = []
        self._points: dict[str, Point] = {}
        self._futures: dict[str, Future] = {}
        self._shared: dict[str, Future] = {}
        self._attempts: dict[str, str] = {}
        self._slots = 0
        self._answered = self._had_worker = time.monotonic()
        self._over = False

    def run(self, points: Sequence[Point]) -> None:
        """Send the trainings out and take in what comes back."""
        from flowchart.training.pool import in_order

        self._waiting = in_order(points)
        self._files = Files(points)
        self._client.subscribe_topic(self._topic, self._listen)
        try:
            threading.Thread(target=self._ask, daemon=True, name="ask-scheduler").start()
            while self._waiting or self._points:
                self._turn()
                while self._waiting and len(self._points) < self._slots:
                    self._send(self._waiting.pop(0))
        finally:
            self._over = True
            with suppress(Exception):
                self._client.cancel([*self._futures.values(), *self._shared.values()])

    def _send(self, point: Point) -> None:
        """Submit a training.

        A file that it alone reads is the task's argument, which the scheduler keeps: whatever workers are
        lost, it can be sent again. A large one that others read too is the result of a task whose argument it
        is, for the same reason; each worker fetches it once, from the scheduler or from another worker.
        """
        import dask

        key = f"ner-tui-train-{self._name}-{len(self._waiting)}"
        self._points[key] = point
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
            try:
                own, common = self._files.of(point)
                for sha, file in common.values():
                    if sha not in self._shared:
                        self._shared[sha] = self._client.submit(
                            _keeper(), file.read_bytes(), key=f"ner-tui-file-{sha}", priority=1
                        )
                arguments = (
                    pickle.dumps(pack(point, own, versions())),
                    {name: self._shared[sha] for name, (sha, _) in common.items()},
                    self._topic,
                    key,
                )
            except OSError as error:
                self._finish(key, f"{error.strerror} ({error.filename}); mend that and resume")
                return
            future = self._client.submit(_trainer(), *arguments, key=key, pure=False)
        self._futures[key] = future
        future.add_done_callback(self._ended)

    # -- called in dask's threads -----------------------------------------------------------------

    def _listen(self, event: tuple[float, dict[str, Any]]) -> None:
        self._queue.put(("event", event[1]))

    def _ended(self, future: Future) -> None:
        # Not here: to wait for one result would keep the others waiting.
        threading.Thread(target=self._fetch, args=(future,), daemon=True, name="fetch").start()

    def _fetch(self, future: Future) -> None:
        try:
            outcome = future.result()  # trained anew when the worker that held it is lost meanwhile
        except BaseException as error:
            outcome = error
        self._queue.put(("outcome", (future.key, future.cancelled(), outcome)))

    def _ask(self) -> None:
        """Ask again and again how many threads there are: an answer also says that the scheduler lives."""
        while not self._over:
            try:
                self._queue.put(("threads", sum(self._client.nthreads().values())))
            except Exception:
                self._queue.put(("gone", None))
                return
            time.sleep(ASK)

    # -- taking in --------------------------------------------------------------------------------

    def _turn(self) -> None:
        try:
            kind, what = self._queue.get(timeout=1.0)
        except Empty:
            kind, what = "", None
        moment = time.monotonic()
        if kind:
            self._answered = moment
        if kind == "event":
            self._told(what)
        elif kind == "outcome":
            self._came(*what)
        elif kind == "threads":
            self._slots = what
        if self._slots or kind == "event":
            self._had_worker = moment
        if kind == "gone" or moment - self._answered > NO_ANSWER:
            self._give_up(gone(self._address))
        elif moment - self._had_worker > NO_WORKER:
            self._give_up(
                f"{self._address} has had no worker for {NO_WORKER / 60:.0f} minutes; start some and resume"
            )

    def _told(self, event: Mapping[str, Any]) -> None:
        key, attempt = event["key"], event["attempt"]
        point = self._points.get(key)
        if point is None:
            return
        message = json.loads(event["message"])
        if message["kind"] == "start":
            self._attempts[key] = attempt
        elif self._attempts.get(key) != attempt:
            return  # a worker that was given up, and does not know it yet
        self._hear(point, message)

    def _came(self, key: str, cancelled: bool, outcome: Returned | BaseException) -> None:
        point = self._points.get(key)
        if point is None:
            return
        if cancelled:
            self._give_up(gone(self._address))
        elif isinstance(outcome, BaseException):
            sys.stderr.write(f"{_name(point)}: {printable(str(outcome))}\n")
            self._finish(key, _say(outcome))
        elif not outcome.files:
            if outcome.log:
                sys.stderr.write(f"{_name(point)}:\n{printable(outcome.log)}\n")
            self._finish(key, _why(outcome))
        else:
            try:
                outcome.unpack(point.folder)
            except (OSError, ValueError) as error:
                why = f"{error.strerror} ({error.filename})" if isinstance(error, OSError) else str(error)
                self._finish(key, f"{why}; mend that and resume")
            else:
                self._finish(key)

    def _give_up(self, message: str) -> None:
        for key in list(self._points):
            self._finish(key, message)
        while self._waiting:
            self._hear(self._waiting.pop(0), {"kind": "failed", "message": message})

    def _finish(self, key: str, message: str = "") -> None:
        point = self._points.pop(key)
        self._futures.pop(key, None)  # with it goes what dask holds of it
        self._hear(point, {"kind": "failed", "message": message} if message else {"kind": "done"})


class Files:
    """What the trainings read, and which large files several of them have in common."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._hashes: dict[Path, str] = {}
        self._readers = Counter(
            sha for point in points for sha in {self._hash(file) for file in files_of(point).values()}
        )

    def of(self, point: Point) -> tuple[dict[str, bytes], dict[str, tuple[str, Path]]]:
        """Return the content of the files of one training, and the hash and the place of those it shares.

        Both by the names that they have in its parcel.

        Raises:
            OSError: One cannot be read.
        """
        own, common = {}, {}
        for name, file in files_of(point).items():
            sha = self._hash(file)
            if self._readers[sha] > 1 and file.stat().st_size >= SHARED_FROM:
                common[name] = sha, file
            else:
                own[name] = file.read_bytes()
        return own, common

    def _hash(self, file: Path) -> str:
        """The SHA-256 of a file's content; something of its own when it cannot be read."""
        if file not in self._hashes:
            try:
                with file.open("rb") as stream:
                    self._hashes[file] = hashlib.file_digest(stream, "sha256").hexdigest()
            except OSError:
                self._hashes[file] = str(file)
        return self._hashes[file]


def _name(point: Point) -> str:
    return f"{point.fraction:.0%}" + (f" repeat {point.repeat + 1}" if point.repeat else "")


def _why(outcome: Returned) -> str:
    """Why a training failed."""
    from flowchart.training.pool import epitaph

    return outcome.message or epitaph(outcome.status)


def _say(error: BaseException) -> str:
    """What dask says of a task that did not end as it should, in words."""
    if type(error).__name__ == "KilledWorker":
        return (
            "every worker that it was given to died, most likely for want of memory; give the workers more, "
            "or each fewer threads, and resume"
        )
    if isinstance(error, ImportError):
        return f"a worker cannot import what trains ({one_line(str(error), 100)}); {INSTALL} there and resume"
    if isinstance(error, OSError) and error.strerror:
        return f"on its worker: {error.strerror} ({error.filename}); mend that and resume"
    return f"{type(error).__name__}: {one_line(str(error), 300).strip()}; log.txt has the details"


# What is sent to be called is defined in functions, so that it travels as code and not as a name: the
# scheduler looks into it, and need not have ner-tui.


def _keeper() -> Callable[[bytes], bytes]:
    def keep(content: bytes) -> bytes:
        return content

    return keep


def _trainer() -> Callable[..., Returned]:
    def train(parcel: bytes, shared: Mapping[str, bytes], topic: str, key: str) -> Returned:
        from flowchart.training.remote import train_here

        return train_here(parcel, shared, topic, key)

    return train
