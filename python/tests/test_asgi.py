"""The ASGI side with an application of a few lines, for what a real Airflow can't be made to do."""

from __future__ import annotations

import asyncio
import json
import os
import unittest
from typing import Any
from unittest import mock

from airvane import asgi
from airvane._airvane import Service

HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}


class Airflow:
    """Answers as Airflow 3 does, with a pool that is named after the caller's credential."""

    def __init__(self) -> None:
        self.headers: list[dict[bytes, bytes]] = []
        self.hangs = False
        self.fails = False
        self.begun = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        self.headers.append(headers)
        if scope["path"] != "/api/v2/pools":
            await self.answer(send, {"dags": [], "total_entries": 0})
            return
        self.begun.set()
        if self.fails:
            raise RuntimeError("out of order")
        if self.hangs:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
        pool = {"name": headers[b"authorization"].decode(), "slots": 1, "occupied_slots": 0}
        await self.answer(send, {"pools": [pool], "total_entries": 1})

    async def answer(self, send: Any, body: Any) -> None:
        """In pieces of one byte, more of them than there is room for."""
        await send(HEAD)
        for byte in json.dumps(body).encode():
            await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
        await send({"type": "http.response.body"})


class Client:
    """One request to the endpoint."""

    def __init__(self, airflow: Airflow, credential: str) -> None:
        call = {"name": "list_pools", "arguments": {}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        self.body = json.dumps(message).encode()
        self.gone = asyncio.Event()
        self.sent: list[Any] = []
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": "/mcp/v1/",
            "root_path": "/mcp/v1",
            "app_root_path": "",
            "app": airflow,
            "headers": [
                (b"host", b"airflow.example.com"),
                (b"authorization", credential.encode()),
                (b"cookie", b"_token=stolen"),
                (b"x-request-id", b"7"),
                (b"accept", b"application/json, text/event-stream"),
                (b"content-type", b"application/json"),
            ],
        }

    async def receive(self) -> Any:
        if self.body:
            piece, self.body = self.body[:10], self.body[10:]
            return {"type": "http.request", "body": piece, "more_body": bool(self.body)}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def run(self) -> None:
        await asgi.endpoint(self.scope, self.receive, self.send)

    async def answer(self) -> Any:
        await asyncio.wait_for(self.run(), 30)
        body = b"".join(message.get("body", b"") for message in self.sent)
        return json.loads(body)["result"]


class Asgi(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        service = Service("3.3.2", None, {}, {})
        patched = mock.patch("airvane.started.service", return_value=service)
        patched.start()
        self.addCleanup(patched.stop)

    async def asyncSetUp(self) -> None:
        self.airflow = Airflow()

    async def test_of_the_caller_only_the_credential_travels(self) -> None:
        answer = await Client(self.airflow, "Bearer ann").answer()
        self.assertIn("1 pools", answer["content"][0]["text"])
        self.assertEqual(len(self.airflow.headers), 2)
        for headers in self.airflow.headers:
            names = {b"host", b"accept", b"user-agent", b"authorization"}
            self.assertEqual(set(headers), names)
            self.assertEqual(headers[b"authorization"], b"Bearer ann")

    async def test_many_callers_get_their_own(self) -> None:
        async def call(number: int) -> None:
            # No secret by its looks, or it would be masked.
            caller = f"Bearer caller {number % 8}"
            answer = await Client(self.airflow, caller).answer()
            text = answer["content"][0]["text"]
            others = [f"caller {other}" for other in range(8) if other != number % 8]
            self.assertFalse(any(other in text for other in others), text)
            self.assertFalse(answer["isError"], text)

        for _ in range(4):
            await asyncio.gather(*(call(number) for number in range(64)))

    async def test_who_leaves_ends_what_airflow_does(self) -> None:
        self.airflow.hangs = True
        client = Client(self.airflow, "Bearer ann")
        running = asyncio.create_task(client.run())
        await asyncio.wait_for(self.airflow.begun.wait(), 30)
        client.gone.set()
        await asyncio.wait_for(running, 5)
        await asyncio.wait_for(self.airflow.cancelled.wait(), 5)
        self.assertEqual(client.sent, [])

    async def test_a_failure_of_airflow_is_told(self) -> None:
        self.airflow.fails = True
        with self.assertLogs("airvane", "ERROR"):
            answer = await Client(self.airflow, "Bearer ann").answer()
        self.assertTrue(answer["isError"])

    async def test_without_a_credential_nothing_is_asked(self) -> None:
        client = Client(self.airflow, "")
        await asyncio.wait_for(client.run(), 30)
        self.assertEqual(client.sent[0]["status"], 401)
        self.assertIn(b"www-authenticate", dict(client.sent[0]["headers"]))
        self.assertEqual(self.airflow.headers, [])

    async def test_settings_that_cannot_be_used_end_nothing(self) -> None:
        with mock.patch("airvane.started.service", return_value=None):
            client = Client(self.airflow, "Bearer ann")
            await client.run()
        self.assertEqual(client.sent[0]["status"], 503)
        with self.assertRaisesRegex(ValueError, "exclude_tools"):
            Service("3.3.2", None, {}, {"exclude_tool": "x"})
        with self.assertRaises(ValueError):
            Service("3.3.2", None, {"AIRVANE_EXCLUDE_TOOLS": "no_such_tool"}, {})


class Fork(unittest.TestCase):
    def test_a_forked_process_has_threads_of_its_own(self) -> None:
        service = Service("3.3.2", None, {}, {})

        async def call() -> bool:
            answer = await Client(Airflow(), "Bearer ann").answer()
            return not answer["isError"]

        with mock.patch("airvane.started.service", return_value=service):
            self.assertTrue(asyncio.run(call()))
            child = os.fork()
            if child == 0:
                good = False
                try:
                    good = asyncio.run(call())
                finally:
                    os._exit(0 if good else 1)
            self.assertEqual(os.waitpid(child, 0)[1], 0)


if __name__ == "__main__":
    unittest.main()
