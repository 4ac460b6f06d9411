"""Terminals, and an sshd on loopback."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.terminal import NER_TUI, Terminal, clean_environment, needs
from tests.tui.conftest import rows, write_rows


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def data(home: Path) -> Path:
    """A small dataset that trains in seconds."""
    return write_rows(home / "orders.jsonl", rows(120))


@pytest.fixture
def terminal(home: Path) -> Iterator[Callable[..., Terminal]]:
    """Return a function that starts ner-tui in a terminal of its own, measuring nothing unless asked to."""
    if not NER_TUI.exists():
        pytest.skip(f"ner-tui is not installed beside {NER_TUI.parent}")
    opened: list[Terminal] = []

    def start(*arguments: str | Path, measure: bool = False, **settings: Any) -> Terminal:
        more = [] if measure else ["--no-measure"]  # each measuring takes seconds of a core
        env = clean_environment(home, **settings.pop("env", {}))
        opened.append(Terminal([NER_TUI, *arguments, *more], env=env, cwd=home, **settings))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.fixture
def ssh(tmp_path: Path, home: Path) -> Iterator[Callable[..., Terminal]]:
    """Return a function that runs a command over a real sshd on loopback, in a terminal."""
    why_not = needs("sshd", "ssh", "ssh-keygen")
    if why_not:
        pytest.skip(why_not)
    folder = tmp_path / "sshd"
    folder.mkdir(mode=0o700)
    for key in ("host", "person"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
    shutil.copy(folder / "person.pub", folder / "authorized_keys")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile {folder}/pid\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "PermitRootLogin prohibit-password\nPubkeyAuthentication yes\nPrintMotd no\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    sshd = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin") or "/usr/sbin/sshd"
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sshd, "-D", "-e", "-f", folder / "config"], stderr=log, stdin=subprocess.DEVNULL
        )
    wait_for_port(port, folder / "log")
    opened: list[Terminal] = []

    def connect(command: str, **settings: Any) -> Terminal:
        options = [
            "StrictHostKeyChecking=no",
            f"UserKnownHostsFile={folder}/known",
            "LogLevel=ERROR",
            "IdentitiesOnly=yes",
        ]
        line = [
            "ssh",
            "-tt",
            "-p",
            str(port),
            "-i",
            folder / "person",
            *(part for o in options for part in ("-o", o)),
        ]
        there = f"cd {home} && HOME={home} XDG_CONFIG_HOME={home}/.config exec {command}"
        opened.append(
            Terminal(
                [*line, f"{getpass.getuser()}@127.0.0.1", there], env=clean_environment(home), **settings
            )
        )
        return opened[-1]

    yield connect
    for one in opened:
        one.close()
    server.terminate()
    server.wait(10)


def wait_for_port(port: int, log: Path) -> None:
    """Wait until the server takes connections; skip when this machine lets none start."""
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.skip(f"sshd does not start here: {log.read_text()[-300:]}")
