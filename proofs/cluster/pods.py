"""Workers as processes: what a Sail server asks of Kubernetes, answered on this machine.

In its own local mode Sail's workers are threads of the server, and none of them can be lost.  On
Kubernetes it asks the API for a pod a worker.  Here that API starts the pod's one command as a
process that listens on loopback only, and ends it when the pod is deleted: the three requests
that Sail 0.7 makes, and no more.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

LOOPBACK = "127.0.0.1"


class Pods:
    """The API, and the workers that it has started: a context that ends with none of them."""

    def __init__(self, sail: Path, log: Path) -> None:
        self.sail, self.log = sail, log
        self.workers: list[subprocess.Popen[bytes]] = []
        self.server = ThreadingHTTPServer((LOOPBACK, 0), handler(self))
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.server.shutdown()
        self.server.server_close()
        self.stop()

    def write_kubeconfig(self, path: Path) -> Path:
        """What tells a client of Kubernetes that this is its cluster."""
        host, port = self.server.server_address[:2]
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "here",
            "clusters": [{"name": "here", "cluster": {"server": f"http://{host!s}:{port}"}}],
            "users": [{"name": "us_trade", "user": {}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "us_trade"}}],
        }))  # fmt: skip
        return path

    def start(self, pod: dict[str, Any]) -> None:
        [container] = pod["spec"]["containers"]
        # An environment variable without a value is the pod's address.
        told = {one["name"]: one.get("value", LOOPBACK) for one in container["env"]}
        told["SAIL_CLUSTER__WORKER_LISTEN_HOST"] = LOOPBACK
        with self.log.open("ab") as log:
            self.workers.append(subprocess.Popen(
                [self.sail, *container["args"]], env=os.environ | told, cwd=self.log.parent,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            ))  # fmt: skip

    def running(self) -> list[subprocess.Popen[bytes]]:
        return [worker for worker in self.workers if worker.poll() is None]

    def kill_one(self) -> int:
        """Kill the first worker that runs, as a machine dies: without a word. Its process id."""
        worker = self.running()[0]
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        return worker.pid

    def stop(self) -> None:
        for worker in self.running():
            worker.kill()
            worker.wait()


def handler(pods: Pods) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, body: dict[str, Any], status: int = 200) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_POST(self) -> None:
            pod = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            pods.start(pod)
            self.answer(pod, 201)

        def do_DELETE(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            pods.stop()
            self.answer({"apiVersion": "v1", "kind": "Status", "status": "Success"})

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the server's log says it all."""

    return Handler
