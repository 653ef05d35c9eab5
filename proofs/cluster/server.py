"""A Sail server on loopback with two workers, for one build; and the build.

A server holds what it made for one session, that of one `dbt build`, in a catalog in its memory;
what stays are the files.  So each build has a server of its own, and a folder of its own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from project import ROOT, ProjectError
from proofs.cluster.pods import LOOPBACK, Pods
from proofs.environments import install

WORKERS = 2
# As many tasks as the widest query of the tests has tables and partitions.
SETTINGS = {
    "SAIL_MODE": "kubernetes-cluster",
    "SAIL_CLUSTER__WORKER_INITIAL_COUNT": str(WORKERS),
    "SAIL_CLUSTER__WORKER_MAX_COUNT": str(WORKERS),
    "SAIL_CLUSTER__WORKER_TASK_SLOTS": "128",
    "SAIL_EXECUTION__DEFAULT_PARALLELISM": str(WORKERS),
    "RUST_LOG": "warn",
}


class Built(NamedTuple):
    """A `dbt build`: how it ended, what it said, its seconds, and the memory that it took."""

    status: int
    said: str
    seconds: float
    peak_mib: float


class Environment(NamedTuple):
    """A folder with Sail and the dbt that speaks with it."""

    folder: Path = ROOT / "target" / "cluster"
    lock: Path = ROOT / "requirements-sail.lock"

    def program(self, name: str) -> Path:
        return self.folder / "bin" / name

    def install(self) -> None:
        """Raises ProjectError with what uv said."""
        install(self.folder, self.lock)


class Cluster(NamedTuple):
    """A server that runs, and its workers."""

    process: subprocess.Popen[bytes]
    port: int
    pods: Pods

    @property
    def settings(self) -> dict[str, str]:
        return {"US_TRADE_SAIL_HOST": LOOPBACK, "US_TRADE_SAIL_PORT": str(self.port)}

    def peak_mib(self) -> float:
        """The most memory that each process has had so far, added up."""
        return sum(peak_mib(one.pid) for one in [self.process, *self.pods.running()])


@contextlib.contextmanager
def cluster(environment: Environment, folder: Path) -> Iterator[Cluster]:
    """A server with its log in ``folder``; nothing of it runs afterwards.  Raises ProjectError."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    with Pods(environment.program("sail"), folder / "workers.log") as pods:
        told = {"KUBECONFIG": str(pods.write_kubeconfig(folder / "kubeconfig"))}
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [environment.program("sail"), "spark", "server", "--port", str(port)],
                cwd=folder, env=os.environ | SETTINGS | told, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            wait_for(port, process)
            yield Cluster(process, port, pods)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with (
            contextlib.suppress(ConnectionRefusedError),
            socket.create_connection((LOOPBACK, port)),
        ):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise ProjectError("sail: the server did not start")


def dbt_build(program: Path, project: Path, settings: dict[str, str], *options: str,
              meanwhile: Callable[[], None] = lambda: None) -> Built:  # fmt: skip
    """`dbt build` of a project as a process of its own; ``meanwhile`` is called until it ends."""
    started = time.perf_counter()
    output = project / "said"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [program, "--quiet", "--no-use-colors", "build", *options], cwd=project,
            env=os.environ | settings, stdin=subprocess.DEVNULL, stdout=file,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        peak = 0.0
        try:
            while process.poll() is None:
                peak = max(peak, peak_mib(process.pid))
                meanwhile()
                time.sleep(0.05)
        finally:
            process.kill()
            process.wait()
    seconds = time.perf_counter() - started
    return Built(process.returncode, output.read_text(), seconds, peak)


def peak_mib(pid: int) -> float:
    """The most memory that a process has had, or 0 where that is not told."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 2**10
    return 0
