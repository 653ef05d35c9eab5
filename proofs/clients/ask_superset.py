# /// script
# dependencies = ["playwright==1.65.2"]
# [tool.us_trade]
# speaks = ["sql", "dataset", "dashboard"]
# requirements = "superset.txt"
# program = "chromium"  # of Debian's package chromium
# ///
"""Apache Superset: configured as docs/superset.md says, started, and asked over its REST API.

The dashboard of clients/superset is imported and opened in Chromium: what its charts ask there, and
are answered, is what a reader's do.  The server is a thread, which ends with this process.
"""

from __future__ import annotations

import datetime
import functools
import io
import json
import os
import re
import secrets
import shutil
import sys
import textwrap
import threading
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import client
import requests
from playwright.sync_api import Response, sync_playwright

PASSWORD = secrets.token_urlsafe()
WHO = ["--username", "admin", "--firstname", "A", "--lastname", "B", "--email", "a@b.example"]
MART = "fct_monthly_trade"
ROOT = Path(__file__).parents[2]
PAGE, DASHBOARD = ROOT / "docs" / "superset.md", ROOT / "clients" / "superset"
# As root in a container Chromium has no sandbox of its own.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def serve() -> str:
    """Start Superset with tables of its own and an administrator; return its address."""
    folder = Path.cwd()
    (config,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (folder / "superset_config.py").write_text(textwrap.dedent(config))
    os.environ |= {
        "SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"),
        "SUPERSET_SECRET_KEY": secrets.token_urlsafe(42),
        "SUPERSET_HOME": str(folder),
        "FLASK_APP": "superset",
    }
    superset = Path(sys.executable).with_name("superset")
    client.run(superset, "db", "upgrade")
    client.run(superset, "fab", "create-admin", *WHO, "--password", PASSWORD)
    client.run(superset, "init")
    from superset.app import create_app  # reads the configuration
    from werkzeug.serving import make_server

    served = make_server("127.0.0.1", 0, create_app(), threaded=True)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{served.server_port}"


def call(path: str, content: dict | None = None, **files: Any) -> dict[str, Any]:
    """POST the content, or GET without; raise RuntimeError with Superset's message."""
    method, url = "POST" if content or files else "GET", f"{address}/api/v1/{path}"
    answer = session.request(method, url, json=content, files=files, timeout=120)
    if not answer.ok:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:500]}")
    return answer.json()


def log_in() -> None:
    session.trust_env = False  # no proxy stands before loopback
    login = {"username": "admin", "password": PASSWORD, "provider": "db"}
    token = call("security/login", login)["access_token"]
    session.headers.update({"Authorization": f"Bearer {token}", "Referer": address})
    session.headers["X-CSRFToken"] = call("security/csrf_token/")["result"]


def sql_lab(question: dict) -> list:
    asked = {"database_id": database, "sql": question["sql"], "schema": "marts"}
    answer = call("sqllab/execute/", asked | {"queryLimit": 10_000})
    names = [column["column_name"] for column in answer["columns"]]
    return [[day(row[name]) for name in names] for row in answer["data"]]


def dataset(question: dict) -> list:
    schemas = call(f"database/{database}/schemas/")["result"]
    (schema,) = (name for name in schemas if name.endswith(".marts"))  # as a user is offered it
    made = call("dataset/", {"database": database, "schema": schema, "table_name": MART})
    columns = call(f"dataset/{made['id']}")["result"]["columns"]
    return sorted((one["column_name"], one["description"]) for one in columns)


@functools.cache
def charts() -> dict[str, list]:
    """Import the dashboard and open it; return the contents of each chart, by title."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        for file in sorted(DASHBOARD.rglob("*.yaml")):
            text = file.read_text(encoding="utf-8")
            text = text.replace(":///us_trade.duckdb", f":///{request.database}")
            bundle.writestr(str(file.relative_to(DASHBOARD.parent)), text)
    call("dashboard/import/", formData=("superset.zip", packed.getvalue()))
    titles = {one["id"]: one["slice_name"] for one in call("chart/")["result"]}
    answers: list[Response] = []
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS) as browser,
    ):
        page = browser.new_page(viewport={"width": 1440, "height": 1500})
        page.set_default_timeout(60_000)
        page.on("response", lambda it: answers.append(it) if "/chart/data?" in it.url else None)
        page.goto(f"{address}/login/")
        page.fill("#username", "admin")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/welcome/")
        page.goto(f"{address}/superset/dashboard/us_trade/")
        for title in titles.values():
            page.wait_for_selector(f"[data-test-chart-name='{title}'] :is(canvas, td)")
        shown = {}
        for answer in answers:
            chart = json.loads(answer.request.post_data or "")["form_data"]["slice_id"]
            rows = answer.json()["result"][0]["data"]
            shown[titles[chart]] = [[*map(day, row.values())] for row in rows]
    return shown


def day(value: Any) -> Any:
    """Return a date as the others write it; Superset adds a time, or writes milliseconds."""
    if isinstance(value, (int, float)) and abs(value) > 10**11:
        return str(datetime.datetime.fromtimestamp(value / 1000, datetime.UTC).date())
    if isinstance(value, str):
        return re.sub(r"^(\d{4}-\d\d-\d\d)[T ]00:00:00(\.0+)?$", r"\1", value)
    return value


request, session = client.request(), requests.Session()
address = serve()
log_in()
added = {
    "database_name": "us_trade",
    "sqlalchemy_uri": f"duckdb:///{request.database}?access_mode=READ_ONLY",
    "expose_in_sqllab": True,
    "allow_dml": True,  # so that it is DuckDB that refuses to write
}
database = call("database/", added)["id"]
named = f"{version('apache-superset')}, duckdb-engine {version('duckdb-engine')}"
ways = {"sql": sql_lab, "dataset": dataset, "dashboard": lambda asked: charts()[asked["id"]]}
client.reply(request, named, ways)
