"""The folder a piece of work lives in: the path walked, the runs, corrections of the chart."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flowchart.errors import UserError

VARIABLE = "NER_TUI_WORKSPACE"
"""The environment variable that names the workspace when `--workspace` does not."""

DEFAULT = ".ner-tui"
"""The workspace's name in the current folder when nothing else names one."""


class Workspace:
    """A folder with everything that ner-tui keeps.

    Attributes:
        root: The folder itself.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def find(cls, given: str | None = None) -> Workspace:
        """Return the workspace named by `given`, else by the environment, else the one in this folder."""
        return cls(Path(given or os.environ.get(VARIABLE) or DEFAULT).absolute())

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
        """That file, if it is there."""
        return self.override_file if self.override_file.exists() else None

    def create(self) -> None:
        """Make the folder, with a note that keeps it out of version control.

        Raises:
            UserError: The folder cannot be made or written.
        """
        try:
            self.runs.mkdir(parents=True, exist_ok=True)
            ignore = self.root / ".gitignore"
            if not ignore.exists():
                write_atomic(ignore, "*\n")
        except OSError as error:
            raise UserError(
                f"{self.root}: cannot use this workspace ({error.strerror}); choose another with --workspace"
            ) from error

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the workspace for one app, so that two never write over each other's answers.

        The lock belongs to the open file: it is gone when the process is, however that ends.

        Raises:
            UserError: Another ner-tui has the workspace open.
        """
        self.create()
        with (self.root / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                file.seek(0)
                owner = file.read().strip() or "unknown"
                raise UserError(
                    f"{self.root}: open in another ner-tui (process {owner}); go back to that one, "
                    "end it, or choose another workspace with --workspace"
                ) from error
            file.seek(0)
            file.truncate()
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield


def write_atomic(path: Path, data: str | bytes) -> None:
    """Write a whole file so that a reader, or a crash at any moment, finds the old content or the new.

    Raises:
        OSError: The file cannot be written; the old content stands.
    """
    content = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
