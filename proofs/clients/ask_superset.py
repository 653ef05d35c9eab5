# /// script
# dependencies = ["playwright==1.65.2"]
# [tool.us_trade]
# speaks = ["sql", "dataset", "dashboard"]
# requirements = "superset.txt"
# program = "chromium"  # of Debian's package chromium
# ///
"""Apache Superset: started on loopback, configured and asked over its REST API, stopped.

The dashboard of clients/superset is imported and opened in Chromium: what its charts ask there, and
are answered, is what a reader's do.

The server runs in a thread of this process: when the process ends, however it ends, nothing of it
is left running.
"""

from __future__ import annotations

import datetime
import io
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import client
import requests
from playwright.sync_api import Page, Response, sync_playwright

PASSWORD = secrets.token_urlsafe()
MART = "fct_monthly_trade"
DASHBOARD = Path(__file__).parents[2] / "clients" / "superset"
# As root in a container Chromium has no sandbox of its own.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def configure(folder: Path) -> None:
    """Write Superset's configuration; it is read when Superset is imported."""
    config = folder / "superset_config.py"
    config.write_text(
        f"SECRET_KEY = {secrets.token_urlsafe(42)!r}\n"
        f"SQLALCHEMY_DATABASE_URI = 'sqlite:///{folder}/superset.db'\n"
        "PREVENT_UNSAFE_DB_CONNECTIONS = False  # a database in a local file\n"
        "TALISMAN_ENABLED = False  # http, on loopback\n"
        "RATELIMIT_ENABLED = False\n"
    )
    os.environ |= {"SUPERSET_CONFIG_PATH": str(config), "SUPERSET_HOME": str(folder)}
    os.environ["FLASK_APP"] = "superset"


def prepare() -> None:
    """Create Superset's own tables, an administrator and the roles; raises RuntimeError."""
    superset = Path(sys.executable).with_name("superset")
    who = ["--username", "admin", "--firstname", "A", "--lastname", "B", "--email", "a@b.example"]
    for arguments in (
        ["db", "upgrade"],
        ["fab", "create-admin", *who, "--password", PASSWORD],
        ["init"],
    ):
        done = subprocess.run([superset, *arguments], check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"superset {arguments[0]}: {done.stderr.strip()[-500:]}")


@contextmanager
def server() -> Iterator[str]:
    """Serve Superset with an administrator for the time of the block; yield its address."""
    configure(Path.cwd())
    prepare()
    from superset.app import create_app
    from werkzeug.serving import make_server

    served = make_server("127.0.0.1", 0, create_app(), threaded=True)
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{served.server_port}"
    finally:
        served.shutdown()
        thread.join()


class Superset:
    """Superset, with a database and a dataset on one mart as a user sets them up."""

    def __init__(self, address: str, database: str) -> None:
        self.address, self.path = address, database
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy stands before loopback
        login = {"username": "admin", "password": PASSWORD, "provider": "db"}
        token = self.call("security/login", login)["access_token"]
        self.session.headers.update({"Authorization": f"Bearer {token}", "Referer": address})
        self.session.headers["X-CSRFToken"] = self.call("security/csrf_token/")["result"]
        added = {
            "database_name": "us_trade",
            "sqlalchemy_uri": f"duckdb:///{database}?access_mode=READ_ONLY",
            "expose_in_sqllab": True,
            "allow_dml": True,  # so that it is DuckDB that refuses to write
        }
        self.database = self.call("database/", added)["id"]
        schemas = self.call(f"database/{self.database}/schemas/")["result"]
        (schema,) = (name for name in schemas if name.endswith(".marts"))  # as a user is offered it
        mart = {"database": self.database, "schema": schema, "table_name": MART}
        self.dataset = self.call("dataset/", mart)["id"]
        self.charts: dict[str, list] = {}

    def call(self, path: str, content: dict | None = None, **files: Any) -> dict[str, Any]:
        """POST the content, or GET without; raise RuntimeError with Superset's message."""
        method = "POST" if content or files else "GET"
        url = f"{self.address}/api/v1/{path}"
        answer = self.session.request(method, url, json=content, files=files, timeout=120)
        if not answer.ok:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    def ask(self, question: dict) -> list:
        if question["language"] == "sql":
            return self.sql_lab(question["sql"])
        if question["language"] == "dashboard":
            self.charts = self.charts or self.dashboard()
            return self.charts[question["id"]]
        return self.columns()

    def sql_lab(self, sql: str) -> list:
        asked = {"database_id": self.database, "sql": sql, "schema": "marts", "queryLimit": 10_000}
        answer = self.call("sqllab/execute/", asked)
        names = [column["column_name"] for column in answer["columns"]]
        return [[day(row[name]) for name in names] for row in answer["data"]]

    def columns(self) -> list:
        columns = self.call(f"dataset/{self.dataset}")["result"]["columns"]
        return sorted((one["column_name"], one["description"]) for one in columns)

    def dashboard(self) -> dict[str, list]:
        """Return the contents of each chart of the imported dashboard, by title."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as bundle:
            for file in sorted(DASHBOARD.rglob("*.yaml")):
                text = file.read_text(encoding="utf-8")
                text = text.replace(":///us_trade.duckdb", f":///{self.path}")
                bundle.writestr(str(file.relative_to(DASHBOARD.parent)), text)
        self.call("dashboard/import/", formData=("superset.zip", packed.getvalue()))
        titles = {one["id"]: one["slice_name"] for one in self.call("chart/")["result"]}
        program = shutil.which("chromium")
        with (
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=program, args=FLAGS) as browser,
        ):
            page = browser.new_page(viewport={"width": 1440, "height": 1500})
            shown = {
                titles[asked["form_data"]["slice_id"]]: answer["result"][0]["data"]
                for asked, answer in self.exchanges(page, len(titles))
            }
            for title in titles.values():
                page.wait_for_selector(f"[data-test-chart-name='{title}'] :is(canvas, td)")
        return {title: [[*map(day, row.values())] for row in rows] for title, rows in shown.items()}

    def exchanges(self, page: Page, count: int) -> Iterator[tuple[dict, dict]]:
        """Return the queries of the dashboard's charts, with their answers."""
        answers: list[Response] = []
        page.on("response", lambda it: answers.append(it) if "/chart/data?" in it.url else None)
        page.goto(f"{self.address}/login/")
        page.fill("#username", "admin")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/welcome/")
        page.goto(f"{self.address}/superset/dashboard/us_trade/")
        end = time.monotonic() + 60
        while len(answers) < count:
            if time.monotonic() > end:
                raise RuntimeError(f"{len(answers)} of {count} charts asked within a minute")
            page.wait_for_timeout(100)
        for answer in answers:
            if not answer.ok:
                raise RuntimeError(f"{answer.url}: {answer.status} {answer.text()[:500]}")
            yield json.loads(answer.request.post_data or ""), answer.json()


def day(value: Any) -> Any:
    """Return a date as the others write it; Superset adds a time, or writes milliseconds."""
    if isinstance(value, (int, float)) and abs(value) > 10**11:
        moment = datetime.datetime.fromtimestamp(value / 1000, datetime.UTC)
        return str(moment.date())
    if isinstance(value, str):
        return re.sub(r"^(\d{4}-\d\d-\d\d)[T ]00:00:00(\.0+)?$", r"\1", value)
    return value


request = client.request()
with server() as address:
    superset = Superset(address, request["database"])
    named = f"{version('apache-superset')}, duckdb-engine {version('duckdb-engine')}"
    client.reply(named, request["questions"], superset.ask)
