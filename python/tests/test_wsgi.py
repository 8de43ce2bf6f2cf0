"""The WSGI side with an application of a few lines, for what a real Airflow can't be made to do."""

from __future__ import annotations

import io
import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Iterator
from unittest import mock

from airvane import wsgi
from airvane._airvane import Answer, Service

CALL = {"name": "list_pools", "arguments": {}}
MESSAGE = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": CALL}).encode()
HOST = (b"host", b"airflow.example.com")
AUTHORIZED = [
    HOST,
    (b"authorization", b"Basic ann"),
    (b"cookie", b"session=stolen"),
    (b"accept", b"application/json, text/event-stream"),
    (b"content-type", b"application/json"),
]


class Pieces:
    """A body that has to be closed."""

    def __init__(self, body: bytes) -> None:
        self.left = iter([body[:9], b"", body[9:]])
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self.left

    def close(self) -> None:
        self.is_closed = True


class Airflow:
    """Answers as Airflow 2 does."""

    def __init__(self) -> None:
        self.environs: list[dict[str, Any]] = []
        self.threads: set[int] = set()
        self.bodies: list[Pieces] = []
        self.fails = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Pieces:
        self.environs.append(environ)
        self.threads.add(threading.get_ident())
        is_pools = environ["PATH_INFO"] == "/base/api/v1/pools"
        if is_pools and self.fails:
            raise RuntimeError("out of order")
        pool = {"name": "default_pool", "slots": 1}
        found = {"pools": [pool]} if is_pools else {"dags": []}
        start_response("200 OK", [("Content-Type", "application/json")])
        self.bodies.append(Pieces(json.dumps({**found, "total_entries": 1}).encode()))
        return self.bodies[-1]


class Elsewhere(BaseHTTPRequestHandler):
    """Another Airflow, over HTTP. Remembers who asked for what."""

    asked: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        self.asked.append((path, self.headers["Authorization"]))
        found = {"version": "2.11.2"} if path.endswith("/version") else {"dags": [], "pools": []}
        body = json.dumps({**found, "total_entries": 0}).encode()
        self.send_response(200 if path.startswith("/api/v1/") else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Wsgi(unittest.TestCase):
    def setUp(self) -> None:
        base = mock.patch("airvane.started.base_url", return_value="http://h/base")
        base.start()
        self.addCleanup(base.stop)
        self.airflow = Airflow()

    def call(self, headers: Any, body: bytes = MESSAGE, **environment: str) -> Answer:
        service = Service("2.11.2", None, environment, {})
        environ = {"wsgi.url_scheme": "http", "HTTP_COOKIE": "session=stolen", "REMOTE_ADDR": "::1"}
        upstream = wsgi.Upstream(self.airflow, environ)
        return wsgi._serve(service.on_thread("POST", headers), upstream, io.BytesIO(body))

    def result(self, answer: Answer) -> Any:
        return json.loads(answer.body)["result"]

    def test_the_callers_thread_asks_airflow_and_closes_what_it_reads(self) -> None:
        result = self.result(self.call(AUTHORIZED))
        self.assertIn("default_pool", result["content"][0]["text"])
        self.assertEqual(self.airflow.threads, {threading.get_ident()})
        self.assertTrue(self.airflow.bodies and all(body.is_closed for body in self.airflow.bodies))

    def test_of_the_caller_only_the_credential_travels(self) -> None:
        self.call(AUTHORIZED)
        for environ in self.airflow.environs:
            said = {name for name in environ if name.startswith("HTTP_")}
            self.assertEqual(said, {"HTTP_ACCEPT", "HTTP_USER_AGENT", "HTTP_AUTHORIZATION"})
            self.assertEqual(environ["HTTP_AUTHORIZATION"], "Basic ann")

    def test_without_a_credential_nothing_is_read(self) -> None:
        body = mock.Mock()
        service = Service("2.11.2", None, {}, {})
        call = service.on_thread("POST", [HOST, (b"cookie", b"session=stolen")])
        answer = wsgi._serve(call, wsgi.Upstream(self.airflow, {}), body)
        self.assertEqual(answer.status, 401)
        self.assertIn(b"www-authenticate", dict(answer.headers))
        self.assertEqual(self.airflow.environs, [])
        body.read.assert_not_called()

    def test_another_airflow_is_asked_over_http_with_the_callers_credential(self) -> None:
        elsewhere = HTTPServer(("127.0.0.1", 0), Elsewhere)
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        self.addCleanup(elsewhere.server_close)
        self.addCleanup(elsewhere.shutdown)
        url = f"http://127.0.0.1:{elsewhere.server_port}"
        result = self.result(self.call(AUTHORIZED, AIRFLOW_API_URL=url))
        self.assertFalse(result["isError"], result)
        self.assertIn(("/api/v1/pools", "Basic ann"), Elsewhere.asked)
        self.assertEqual({who for path, who in Elsewhere.asked if "version" not in path}, {"Basic ann"})
        self.assertEqual(self.airflow.environs, [])

    def test_a_failure_of_airflow_is_told(self) -> None:
        self.airflow.fails = True
        with self.assertLogs("airvane", "ERROR"):
            self.assertTrue(self.result(self.call(AUTHORIZED))["isError"])

    def test_a_body_without_end_is_refused(self) -> None:
        answer = self.call(AUTHORIZED, b"x" * (6 << 20))
        self.assertEqual(answer.status, 413)


if __name__ == "__main__":
    unittest.main()
