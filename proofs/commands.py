"""Run the commands of a proof, and return output, status, time and memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from project import ROOT, ProjectError

UV = Path(sys.executable).with_name("uv")
Command = Sequence[str | Path]


class Run(NamedTuple):
    status: int
    said: str
    seconds: float
    peak_mib: float


def run(
    command: Command, cwd: Path = ROOT, kill_after: float | None = None, /, *,
    may_fail: bool = False, **settings: str,
) -> Run:  # fmt: skip
    """Run a command, with these environment variables besides; kill it after so many seconds.

    Raises ProjectError with its output if it fails and may not.
    """
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=os.environ | settings,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        end = threading.Timer(kill_after or 0, os.killpg, (process.pid, signal.SIGKILL))
        if kill_after is not None:
            end.start()
        try:
            # The only way to wait for a process that reports its memory.
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:  # such as Ctrl-C: nothing that it started outlives it
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            end.cancel()
            process.wait()
        seconds = time.perf_counter() - started
        output.seek(0)
        said = output.read().decode(errors="replace")
    if process.returncode and not may_fail:
        raise ProjectError(f"{' '.join(map(str, command))} failed:\n{said}")
    # In kilobytes; on macOS in bytes.
    peak_mib = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Run(process.returncode, said, seconds, peak_mib)


def install(folder: Path, lock: Path) -> Path:
    """Return the folder of the programs that a lock installs, each in an environment of its own.

    It takes no time where they are there.  Raises ProjectError.
    """
    programs = folder / "bin"
    run([UV, "venv", "--quiet", "--allow-existing", "--python", sys.executable, folder])
    # Compiled, as by pip: otherwise dbt 1.11 starts at half the speed.
    run([UV, "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes",
         "--python", programs / "python", lock])  # fmt: skip
    return programs
