"""Trains points on a cluster of dask.distributed that runs already: each training is one task.

What a training reads goes with its task, what it makes comes back as the task's result, and how it goes is
told through dask's events, so that the run's folder on this machine is the same as after a run on it.

Dask is imported by the functions that use it, for it is an extra.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from flowchart.errors import UserError
from flowchart.runs.versions import versions
from flowchart.text import one_line
from flowchart.training.errands import INSTALL, Errands, gone
from flowchart.training.parcel import COMPARED, differing

if TYPE_CHECKING:
    from distributed import Client

    from flowchart.training.point import Point
    from flowchart.training.pool import Hear

SCHEMES = ("dask", "tcp", "tls", "ws", "wss")
"""What an address may begin with; the first is written for the second."""

CONNECT = 10.0
"""Seconds within which the scheduler has to answer at the beginning."""

FIRST_WORKER = 30.0
"""Seconds within which there has to be a worker at the beginning."""


def address_of(executor: str) -> str:
    """Return the address by which dask knows the scheduler that an executor names.

    Args:
        executor: dask://HOST:PORT, or an address as dask itself prints it, such as tls://HOST:PORT.

    Raises:
        UserError: It is no such thing, or dask is not installed here.
    """
    found = re.fullmatch(r"(\w+)://(\[[0-9A-Fa-f:.%\w]+\]|[^\s/:\[\]]+):(\d{1,5})/?", executor.strip())
    if found is None or found[1] not in SCHEMES or not 0 < int(found[3]) < 65536:
        raise UserError(
            f"{executor}: no address of a scheduler; give dask://HOST:PORT, with what `dask scheduler` prints"
        )
    if importlib.util.find_spec("distributed") is None:
        raise UserError(f"{executor}: dask is not installed here; {INSTALL}")
    return f"{'tcp' if found[1] == 'dask' else found[1]}://{found[2]}:{found[3]}"


def check_cluster(executor: str) -> None:
    """See whether a cluster can be used: it answers, has a worker, and all have the versions of this machine.

    Raises:
        UserError: It cannot.
    """
    with _connected(address_of(executor)):
        pass


def train_points_on(executor: str, points: Sequence[Point], hear: Hear) -> None:
    """Train points on a cluster until each is done or has failed. However this ends, none goes on there.

    A training whose worker is lost is begun again on another one, by dask.

    Args:
        executor: The scheduler, as `address_of` takes it.
        points: The points.
        hear: Called with a point and a message: {"kind": "start"}, again when it is begun again,
            {"kind": "step", ...}, {"kind": "done"} when its point.json and its model are in its folder on
            this machine, or {"kind": "failed", "message": ...}.

    Raises:
        UserError: The cluster cannot be used; nothing has been trained.
    """
    if not points:
        return
    address = address_of(executor)
    with _connected(address) as client:
        Errands(client, address, hear).run(points)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A client of a cluster that can be used."""
    import distributed

    if address.startswith(("tls:", "wss:")):
        _see_certificates(address)
    try:
        client = distributed.Client(address, timeout=CONNECT, set_as_default=False, name="ner-tui")
    except (OSError, TypeError, ValueError, RuntimeError) as error:
        why = one_line(str(error), 120).strip() or type(error).__name__
        raise UserError(
            f"{address}: no scheduler answers there ({why}); start one (dask scheduler), or mend the address"
        ) from error
    try:
        _check(client, address)
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=1)


def _see_certificates(address: str) -> None:
    """Refuse an encrypted address without certificates for it: dask itself would say so after a long wait."""
    from distributed import Security

    try:
        found, why = Security().get_connection_args("client").get("ssl_context"), "none is configured"
    except (OSError, ValueError) as error:
        found, why = None, one_line(str(error), 120)
    if found is None:
        raise UserError(
            f"{address}: dask has no certificate for it here ({why}); name the files under "
            "distributed.comm.tls in ~/.config/dask"
        )


def _check(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER)
        pythons = client.get_versions()
        # Code travels only between equal Pythons, so those come first. The scheduler has to understand it
        # too, and needs no more than that: ner-tui need not be there.
        found = {f"worker {name}": _python(info) for name, info in pythons["workers"].items()}
        _compare(address, {"the scheduler": _python(pythons["scheduler"]), **found})
        installed = client.run(_looker(), COMPARED, on_error="ignore")
    except TimeoutError as error:
        raise UserError(
            f"{address}: has no worker; start one with `dask worker {address} --nthreads 1`, and resume"
        ) from error
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"{gone(address)} ({one_line(str(error), 120)})") from error
    _compare(
        address, {who: {**installed.get(who.removeprefix("worker "), {}), **found[who]} for who in found}
    )


def _compare(address: str, found: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse a cluster where somebody has another version of what has been found out about them."""
    here = versions()
    wrong = {who: what for who, there in found.items() if (what := differing(here, there))}
    for who, what in wrong.items():
        more = f" (and {len(wrong) - 1} more differ)" if len(wrong) > 1 else ""
        raise UserError(f"{address}: {who} has {what}{more}; install the same there: {INSTALL}")


def _python(info: Mapping[str, Any]) -> dict[str, str]:
    """Return the version of Python among what dask knows of a process, such as 3.11.7.final.0."""
    return {"python": str(info["host"]["python"])}


def _looker() -> Callable[[Sequence[str]], dict[str, str]]:
    def look(names: Sequence[str]) -> dict[str, str]:
        from importlib import metadata

        found = {}
        for name in names:
            try:
                found[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                found[name] = "not installed"
        return found

    return look
