"""The folder a piece of work lives in: the path walked, the runs, corrections of the chart."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flowchart.errors import UserError
from flowchart.files import Kind, kind

VARIABLE = "NER_TUI_WORKSPACE"
"""The environment variable that names the workspace when `--workspace` does not."""

DEFAULT = ".ner-tui"
"""The workspace's name in the current folder when nothing else names one."""

DEMO = ".ner-tui-demo"
"""The same for the demo data, which is not to take the place of somebody's own."""

_NO_SYNC = (errno.EINVAL, errno.EBADF, errno.ENOSYS, errno.EOPNOTSUPP, errno.EACCES, errno.EPERM)
"""What a file system says that brings no folder to the disk when asked: it does by itself, or never."""

NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)
"""What a file system says that knows no locks."""


class Workspace:
    """A folder with everything that ner-tui keeps.

    Attributes:
        root: The folder itself.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def find(cls, given: str | None = None, default: str = DEFAULT) -> Workspace:
        """Return the workspace named by `given`, else by the environment, else the one in this folder."""
        return cls(Path(given or os.environ.get(VARIABLE) or default).absolute())

    @property
    def runs(self) -> Path:
        """The folder with one folder for each run."""
        return self.root / "runs"

    @property
    def eval_sets(self) -> Path:
        """The folder with the evaluation sets that were split off once and are used from then on."""
        return self.root / "eval-sets"

    @property
    def session_file(self) -> Path:
        """Where the path walked, the dataset and the runs in view are kept between starts."""
        return self.root / "session.json"

    @property
    def override_file(self) -> Path:
        """The person's own corrections of single arrows of the chart, if there are any."""
        return self.root / "flowchart.toml"

    @property
    def override(self) -> Path | None:
        """That file, if it is there.

        Raises:
            UserError: The folder may not be looked into.
        """
        return self.override_file if kind(self.override_file) is not Kind.NOTHING else None

    def create(self) -> None:
        """Make the folder, with a note that keeps it out of version control.

        Raises:
            UserError: The folder cannot be made or written.
        """
        try:
            make_folder(self.runs)
            ignore = self.root / ".gitignore"
            if not ignore.exists():
                write_atomic(ignore, "*\n")
        except OSError as error:
            raise UserError(
                f"{self.root}: cannot use this workspace ({error.strerror}); choose another with --workspace"
            ) from error

    @property
    def option(self) -> str:
        """What a command needs to find this workspace from here: " --workspace DIR", or "" for nothing."""
        import shlex

        from flowchart.text import from_here

        here = self.root == Workspace.find().root
        return "" if here else f" --workspace {shlex.quote(from_here(str(self.root)))}"

    @contextmanager
    def lock(self) -> Iterator[str]:
        """Hold the workspace for one app, so that two never write over each other's answers.

        The lock belongs to the open file: it is gone when the process is, however that ends.

        Yields:
            What the person must know of it; "" when it holds.

        Raises:
            UserError: Another ner-tui has the workspace open, or it cannot be written.
        """
        self.create()
        file = self.root / "lock"
        try:
            held = file.open("a+")
        except OSError as error:
            raise UserError(
                f"{file}: cannot be written ({error.strerror}); choose another workspace with --workspace"
            ) from error
        with held:
            remark = self._hold(held)
            held.seek(0)
            held.truncate()
            held.write(f"{os.getpid()}\n")
            held.flush()
            yield remark

    def _hold(self, file: IO[str]) -> str:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            owner = file.read().strip() or "unknown"
            raise UserError(
                f"{self.root}: open in another ner-tui (process {owner}); go back to that one, "
                "end it, or choose another workspace with --workspace"
            ) from error
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise UserError(
                    f"{self.root}: cannot be locked ({error.strerror}); "
                    "choose another workspace with --workspace"
                ) from error
            return f"{self.root}: its file system knows no locks; see that no other ner-tui has it open"
        return ""


def write_atomic(path: Path, data: str | bytes | bytearray) -> None:
    """Write a whole file so that a reader, or a crash at any moment, finds the old content or the new.

    When it returns the new content is on the disk, under its name: no power cut brings the old one back.
    A link stays one: the file that it leads to is written.

    Raises:
        OSError: The file cannot be written; the old content stands.
    """
    content = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk: until then a power cut may undo a rename, a link or a new file.

    Raises:
        OSError: The disk fails. A file system that knows no such thing is no failure.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in _NO_SYNC:
            return
        raise
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder and those it lies in, where they are missing, so that no power cut takes them away.

    Raises:
        OSError: It cannot be made.
    """
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        sync_folder(each.parent)


def sync_tree(folder: Path) -> None:
    """Bring all that is in a folder to the disk: what is written next may then say that it is there.

    Raises:
        OSError: The disk fails.
    """
    for root, _, files in os.walk(folder):
        for name in files:
            with (Path(root) / name).open("rb") as file:
                os.fsync(file.fileno())
        sync_folder(Path(root))


def write_named(path: Path, text: str) -> None:
    """Write what somebody has named: a file whole, as `write_atomic` does; into a device or a pipe as it is.

    Raises:
        UserError: It cannot be written; the content of a file stands.
    """
    try:
        if kind(path) is Kind.OTHER:
            with path.open("w", encoding="utf-8", errors="surrogatepass") as file:
                file.write(text)
        else:
            write_atomic(path, text)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not written ({getattr(error, 'strerror', None) or error})") from error
