"""Build the project on Sail, a Spark Connect engine, beside DuckDB, and compare every mart.

A server is started on loopback, with two workers that are processes.  Then:

    a fault   releases with wrong numbers: both builds stop before the marts, and say the same; with
              those of the latest accepted, each mart is compared row by row, and none is empty
    a loss    one of the two workers is killed in the middle of that build; where the build fails,
              it fails whole, and the next one is compared again
    builds    with as many releases as --releases says, the last of 400 made-up ones (the one
              release is the published text): `dbt build` with its data tests, on DuckDB and on
              the cluster, compared too

With --in-process there is no server: the releases with wrong numbers are built by Sail within dbt.
Everything that was started is stopped, and what was written is removed, however it ends; what was
installed stays in target/cluster.  Of no time is anything asserted.

Exit status: 0, or 1 where a build, a comparison or a message is not as it should be.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import project
from project import DBT, ROOT, Progress, ProjectError, markdown_table, shown
from proofs.bench import Command, project_of
from proofs.cluster.lake import check, compare, marts
from proofs.cluster.server import WORKERS, Built, Cluster, Environment, cluster, dbt_build
from proofs.environments import UV
from proofs.made_up_releases import monthly_releases, six_releases
from proofs.tables import write_table

PAGE = ROOT / "docs" / "cluster.md"
VALIDATOR = "kubernetes-validate@1.37.0"
END = 400  # the month, counted from 1992, that made-up releases end with


class Size(NamedTuple):
    """A project with so many releases, built by both."""

    cells: int
    duckdb: Built
    sail: Built
    cluster_mib: float


class Sail(NamedTuple):
    """A project, and the Sail that builds it: in process, or on a cluster of its own."""

    environment: Environment
    project: Path
    in_process: bool = False

    @property
    def lake(self) -> Path:
        return self.project / "lake"

    def duckdb(self) -> Built:
        """A build from nothing."""
        settings = {"US_TRADE_DB": str(self.project / "us_trade.duckdb")}
        (self.project / "us_trade.duckdb").unlink(missing_ok=True)
        return dbt_build(DBT, self.project, settings, "--exclude-resource-type", "unit_test")

    def build(self, meanwhile: Callable[[Cluster], None] = lambda cluster: None) -> Size:
        """A build into an empty lake; its ``duckdb`` and ``cells`` are for the caller to know."""
        shutil.rmtree(self.lake, ignore_errors=True)
        with contextlib.ExitStack() as stack:
            settings, running = {"US_TRADE_LAKE": str(self.lake)}, None
            if not self.in_process:
                running = stack.enter_context(cluster(self.environment, self.project))
                settings |= running.settings
            built = dbt_build(
                self.environment.program("dbt"), self.project, settings,
                "--target", "sail", "--target-path", "target/sail",
                meanwhile=lambda: meanwhile(running) if running else None,
            )  # fmt: skip
            return Size(0, built, built, running.peak_mib() if running else 0)

    def compared(self) -> str:
        manifest = self.project / "target" / "manifest.json"
        return check(compare(self.project / "us_trade.duckdb", self.lake, marts(manifest)))


def words(built: Built) -> list[str]:
    """What a build printed for people, without what dbt says at which time, and Sail's log."""
    lines = [line.rstrip() for line in built.said.splitlines()]
    return [line for line in lines if re.match(r"(?!\d\d:\d\d:\d\d|\[)\S", line)]


def good(built: Built, where: str) -> Built:
    if built.status:
        raise ProjectError(f"{where}: dbt build failed:\n{built.said[-3000:]}")
    return built


def of(count: int) -> Iterator[tuple[str, str]]:
    """So many releases."""
    published = committed()
    if count == 1:
        return iter([("2024-02", published)])
    most = max(count, END)
    return islice(monthly_releases(published, most), most - count, None)


def made(folder: Path, releases: Iterable[tuple[str, str]]) -> Path:
    """A project with these releases, normalised."""
    copy = project_of(folder, releases)
    normalize: Command = [sys.executable, copy / "scripts" / "normalize_release.py"]
    done = subprocess.run(normalize, cwd=copy, capture_output=True, text=True)
    if done.returncode:
        raise ProjectError(f"normalize_release.py failed:\n{done.stdout}{done.stderr}")
    return copy


def cells(copy: Path) -> int:
    with project.open_database(copy / "us_trade.duckdb") as connection:
        [(count,)] = connection.execute("select sum(cell_count) from marts.dim_release").fetchall()
    return int(count)


def a_size(sail: Sail, may_fail: bool = False) -> Size:
    """Both builds, which must be alike, and good, but that the one on Sail may be allowed to fail:
    how far it goes is what is asked."""
    duckdb = good(sail.duckdb(), "DuckDB")
    size = sail.build()._replace(duckdb=duckdb, cells=cells(sail.project))
    if size.sail.status and may_fail:
        return size
    good(size.sail, "Sail")
    if words(size.sail) != words(duckdb):
        raise ProjectError(f"they say otherwise:\n{duckdb.said}\n{size.sail.said}")
    sail.compared()
    return size


def a_fault(sail: Sail) -> str:
    """Of releases with wrong numbers both must say the same, and stop; once what the latest has
    is accepted, and the other is left out, both must build."""
    duckdb, built = sail.duckdb(), sail.build().sail
    if not (duckdb.status and built.status) or (sail.lake / "marts" / "fct_monthly_trade").exists():
        raise ProjectError(f"a wrong number stopped no build:\n{duckdb.said}\n{built.said}")
    said = words(built)
    if not said or said != words(duckdb):
        raise ProjectError(f"of a wrong number they say:\n{duckdb.said}\nand:\n{built.said}")
    accept(sail.project)
    a_size(sail)
    return f"both stop, and say the same {len(said)} lines, the first of them:\n\n    {said[0]}"


def accept(copy: Path) -> None:
    """Take what is broken in the latest release for what was published."""
    with project.open_database(copy / "us_trade.duckdb") as connection:
        found = connection.execute("""
            select release_id, identity_id, period_type, period_start, period_end, residual_musd
            from intermediate.int_identity_residuals
            where status = 'failed' and release_id = (select max(release_id) from raw.releases)
        """).fetchall()
    with (copy / "seeds" / "known_discrepancies.csv").open("a") as seed:
        seed.writelines(",".join([*map(str, row), "as published\n"]) for row in found)


def a_loss(sail: Sail) -> str:
    """A worker is killed while the models of a sound project are built: what came of it, and of
    the next build."""
    killed: list[int] = []

    def kill(running: Cluster) -> None:
        if not killed and (sail.lake / "intermediate" / "int_identity_residuals").exists():
            killed.append(running.pods.kill_one())

    built = sail.build(kill).sail
    if not killed:
        raise ProjectError(f"there was no worker to kill:\n{built.said}")
    if built.status == 0:
        return f"finished in {built.seconds:.0f} s all the same; {sail.compared()}"
    good(sail.build().sail, "Sail, after a build that lost a worker")
    return f"failed after {built.seconds:.0f} s; of the next build {sail.compared()}"


def asked(sail: Sail) -> str:
    """The queries of the page that stand for table macros, on both; raises ProjectError."""
    queries = re.findall(r"```sql\n(.*?);\n```", PAGE.read_text(), re.DOTALL)
    with project.open_database(sail.project / "us_trade.duckdb") as connection:
        expected = [
            [[str(value) for value in row] for row in connection.execute(sql).fetchall()]
            for sql in queries
        ]
    done = subprocess.run(
        [sail.environment.program("python"), Path(__file__).with_name("ask.py")],
        input=json.dumps({"lake": str(sail.lake), "queries": queries}), cwd=sail.project,
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise ProjectError(f"{shown(PAGE)}: its queries fail on Sail:\n{done.stderr[-3000:]}")
    answers = json.loads(done.stdout.splitlines()[-1])
    for sql, answer, rows in zip(queries, answers, expected, strict=True):
        if answer != rows or not rows:
            raise ProjectError(f"{shown(PAGE)}: {sql}\nanswers {answer} instead of {rows}")
    return f"{shown(PAGE)} {len(queries)} queries with the same answers"


def committed() -> str:
    """Return the text of the committed release."""
    return (ROOT / "releases" / "2024-02.txt").read_bytes().decode()


def validated() -> str:
    """The manifest for Kubernetes, by its schema; raises ProjectError with what is wrong."""
    manifest = PAGE.with_suffix(".yaml")
    done = subprocess.run(
        [UV, "tool", "run", "--quiet", VALIDATOR, "--strict", manifest],
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise ProjectError(f"{shown(manifest)}: {done.stdout}{done.stderr}")
    return f"{shown(manifest)}: as {VALIDATOR} wants it"


def measure(environment: Environment, folder: Path, counts: Sequence[int]) -> str:
    """All of it on a cluster, as a table and what came of the rest."""
    sizes = {}
    with Progress("cluster", len(counts) + 2) as progress:
        progress(detail="a fault")
        faulty = Sail(environment, made(folder / "faulty", six_releases(committed())))
        fault = a_fault(faulty)
        progress(detail="a loss")
        loss = a_loss(faulty)
        answers = asked(faulty)
        for count in counts:
            progress(detail=f"{count:,} releases")
            copy = made(folder / f"{count}-releases", of(count))
            sizes[f"{count:,}"] = a_size(Sail(environment, copy), may_fail=count > END)
            shutil.rmtree(copy)
    return "\n\n".join([
        f"{os.cpu_count()} cores, {memory_gib():.0f} GiB, {platform.machine()}, "
        f"{versions(environment)}; {WORKERS} workers; one run of each",
        table(sizes),
        f"A worker that is killed: the build {loss}.",
        f"In {answers}; {validated()}.",
        f"A number that is wrong: {fault}",
    ])  # fmt: skip


def memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def versions(environment: Environment) -> str:
    show = "from importlib.metadata import version as v; print(v('duckdb'), v('pysail'))"
    done = subprocess.run([environment.program("python"), "-c", show],
                          capture_output=True, text=True, check=True)  # fmt: skip
    return "DuckDB {}, Sail {}".format(*done.stdout.split())


def table(sizes: dict[str, Size]) -> str:
    header = ["releases", "numbers", "DuckDB", "its memory", "Sail", "x DuckDB", "its memory",
              "dbt's memory there"]  # fmt: skip
    rows = [
        [count, f"{size.cells:,}", f"{size.duckdb.seconds:.0f} s",
         f"{size.duckdb.peak_mib:,.0f} MiB",
         f"{'failed after ' * bool(size.sail.status)}{size.sail.seconds:.0f} s",
         f"{size.sail.seconds / size.duckdb.seconds:.1f}", f"{size.cluster_mib:,.0f} MiB",
         f"{size.sail.peak_mib:,.0f} MiB"]
        for count, size in sizes.items()
    ]  # fmt: skip
    return markdown_table(header, rows, [True] * len(header))


def in_process(environment: Environment, folder: Path) -> str:
    sail = Sail(environment, made(folder / "faulty", six_releases(committed())), in_process=True)
    return "\n\n".join([f"A number that is wrong: {a_fault(sail)}", sail.compared(), asked(sail)])


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m proofs.cluster",
        description="Build on Sail, a Spark Connect engine, beside DuckDB, and compare the marts.",
        epilog="example: .venv/bin/python -m proofs.cluster --releases 1 400 1000",
    )
    parser.add_argument("--releases", type=int, nargs="+", default=[1, 40, 400], metavar="N")
    parser.add_argument("--in-process", action="store_true",
                        help="no server, one release: the smallest version")  # fmt: skip
    parser.add_argument("--write", type=Path, metavar="FILE",
                        help="put the table into this page, if all is right")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="us_trade-cluster-") as name:
        folder = Path(name)
        environment = Environment()
        environment.install()
        if options.in_process:
            print(in_process(environment, folder))
            return
        measured = measure(environment, folder, options.releases)
    print(measured)
    if options.write:
        write_table(options.write, "cluster", measured)


if __name__ == "__main__":
    sys.exit(project.main(command, parser()))
