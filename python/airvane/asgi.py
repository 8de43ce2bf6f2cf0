"""Airflow 3: an ASGI application that is mounted into Airflow's own.

What Airvane asks of Airflow goes to the application that this one is mounted in, as a request
on the event loop that serves the caller: no socket, no address, no other process.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Awaitable, Callable, MutableMapping, Optional
from urllib.parse import quote

from airvane import PAGE, PREFIX, started
from airvane._airvane import Exchange, LoopCall, Pipe

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
#: Airflow's description of its API.
OPENAPI = "/openapi.json"

JSON = [(b"content-type", b"application/json")]


async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers what is sent to the plugin's prefix itself, and the page below it."""
    if scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1000})
        return
    page = _address(scope) if scope["path"].endswith(PAGE) else None
    if page is None and not scope["path"].rstrip("/").endswith(PREFIX):
        await _answer(send, 404, b'{"error":"not found"}')
        return
    service = started.service()
    if service is None:
        await _answer(send, 503, started.UNUSABLE)
        return
    loop = asyncio.get_running_loop()
    parts: asyncio.Queue[Any] = asyncio.Queue()
    upstream = Upstream(scope, loop)
    call = service.on_loop(
        scope["method"],
        list(scope["headers"]),
        loop.call_soon_threadsafe,
        upstream.dispatch,
        lambda *part: parts.put_nowait(part),
        page,
    )
    listening = loop.create_task(_listen(receive, call, loop, parts))
    try:
        await _pass_on(parts, send)
    finally:
        call.cancel()
        listening.cancel()


def _address(scope: Scope) -> str:
    host = dict(scope["headers"]).get(b"host", b"localhost").decode("latin-1")
    return f"{scope['scheme']}://{host}{quote(scope['path'])}"


async def _answer(send: Send, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": JSON})
    await send({"type": "http.response.body", "body": body})


async def _pass_on(parts: asyncio.Queue[Any], send: Send) -> None:
    """Sends the answer, until it ends or its reader has gone."""
    part = await parts.get()
    while part is not None:
        status, headers, piece, more = part
        if status is not None:
            await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": piece, "more_body": more})
        part = await parts.get() if more else None


async def _listen(
    receive: Receive, call: LoopCall, loop: asyncio.AbstractEventLoop, parts: asyncio.Queue[Any]
) -> None:
    """Passes the request's body on as it is read, and ends the call when the client has gone."""
    body = call.body
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            call.cancel()
            parts.put_nowait(None)
            return
        await _write(body, message.get("body", b""), loop)
        if not message.get("more_body", False):
            body.end()


async def _write(pipe: Pipe, piece: bytes, loop: asyncio.AbstractEventLoop) -> None:
    """Writes a piece, and waits while there is no room for it."""
    if piece and not pipe.offer(piece):
        taken = loop.create_future()
        pipe.offer_later(piece, partial(_settle, taken))
        await taken


def _settle(future: asyncio.Future[None]) -> None:
    # Whoever waited may have been cancelled meanwhile.
    if not future.done():
        future.set_result(None)


class Upstream:
    """Airflow's own application, as the caller's request found it."""

    def __init__(self, scope: Scope, loop: asyncio.AbstractEventLoop) -> None:
        self._app = scope["app"]
        self._loop = loop
        self._root_path = scope.get("app_root_path", "")
        self._shared = {
            key: scope[key]
            for key in ("asgi", "http_version", "scheme", "server", "client")
            if key in scope
        }
        self._state = scope.get("state")
        self._host = [pair for pair in scope["headers"] if pair[0] == b"host"]
        # The event loop holds tasks weakly.
        self._running: set[asyncio.Task[None]] = set()

    def dispatch(self, exchange: Exchange) -> None:
        """Begins to carry an exchange out. Called on the event loop."""
        if exchange.abandoned:
            return
        task = self._loop.create_task(self._perform(exchange))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        exchange.when_abandoned(task.cancel)

    async def _perform(self, exchange: Exchange) -> None:
        request = Request(exchange, self._loop)
        try:
            if exchange.path == OPENAPI:
                # Made the first time, which takes seconds: not on the loop that serves everybody.
                await asyncio.to_thread(self._app.openapi)
            await self._app(self._scope(exchange), request.receive, request.send)
        except Exception:
            # What of the answer is there, is; the rest is reported as cut off.
            started.log.exception("Airflow failed at %s %s", exchange.method, exchange.path)
        finally:
            exchange.close()

    def _scope(self, exchange: Exchange) -> Scope:
        path = self._root_path + exchange.path
        scope: Scope = {
            **self._shared,
            "type": "http",
            "method": exchange.method,
            "path": _decoded(path),
            "raw_path": path.encode("ascii"),
            "root_path": self._root_path,
            "query_string": exchange.query.encode("ascii"),
            "headers": self._host + exchange.headers,
            "extensions": {},
        }
        if self._state is not None:
            scope["state"] = self._state.copy()
        return scope


def _decoded(path: str) -> str:
    if "%" not in path:
        return path
    from urllib.parse import unquote

    return unquote(path)


class Request:
    """One request to Airflow's application, as that application sees it."""

    def __init__(self, exchange: Exchange, loop: asyncio.AbstractEventLoop) -> None:
        self._exchange = exchange
        self._loop = loop
        self._is_read = False
        self._pipe: Optional[Pipe] = None

    async def receive(self) -> Message:
        """The body, and then nothing: who gives up cancels the task."""
        if self._is_read:
            await self._loop.create_future()
        self._is_read = True
        return {"type": "http.request", "body": self._exchange.body, "more_body": False}

    async def send(self, message: Message) -> None:
        """Takes the answer."""
        if message["type"] == "http.response.start":
            headers = [(name, value) for name, value in message.get("headers", ())]
            self._pipe = self._exchange.answer(message["status"], headers)
        elif message["type"] == "http.response.body" and self._pipe is not None:
            await _write(self._pipe, message.get("body", b""), self._loop)
            if not message.get("more_body", False):
                self._pipe.end()
