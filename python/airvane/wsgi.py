"""Airflow 2: a Flask blueprint.

What Airvane asks of Airflow is carried out by the thread that serves the caller, while it waits
for the answer. So a call never waits for another worker, nor a single worker for itself.
"""

from __future__ import annotations

import contextvars
from typing import Any, Callable, Iterable, Optional
from urllib.parse import unquote_to_bytes, urlsplit

from airvane import PAGE, PREFIX, started
from airvane._airvane import Answer, Exchange, Pipe, ThreadCall

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

#: What a request to Airflow has in common with the caller's: nothing that the caller said.
SHARED = (
    "HTTP_HOST",
    "REMOTE_ADDR",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "wsgi.errors",
    "wsgi.multiprocess",
    "wsgi.multithread",
    "wsgi.run_once",
    "wsgi.url_scheme",
    "wsgi.version",
)

PIECE = 64 * 1024


def blueprint() -> Any:
    """The endpoint and the page for Airflow's Flask application."""
    from flask import Blueprint

    made = Blueprint("airvane", __name__)
    made.add_url_rule(
        PREFIX + "/",
        "endpoint",
        endpoint,
        methods=["GET", "POST", "DELETE", "OPTIONS"],
        strict_slashes=False,
        provide_automatic_options=False,
    )
    made.add_url_rule(PAGE, "page", page, methods=["GET"])
    # Whoever sends no Authorization header gets 401 from us, and a page of another origin can't
    # send one: there is no request to forge.
    made.record_once(lambda state: state.app.extensions["csrf"].exempt(endpoint))
    return made


def endpoint() -> Any:
    """Answers one request."""
    return _answered(None)


def page() -> Any:
    """Shows the page."""
    from flask import request

    return _answered(request.base_url)


def _answered(page: Optional[str]) -> Any:
    from flask import Response, current_app, request

    service = started.service()
    if service is None:
        return Response(started.UNUSABLE, 503, mimetype="application/json")
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
    call = service.on_thread(request.method, headers, page)
    upstream = Upstream(current_app.wsgi_app, request.environ)
    answer = _serve(call, upstream, request.stream)
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers]
    return Response(answer.body, answer.status, pairs)


def _serve(call: ThreadCall, upstream: Upstream, body: Any) -> Answer:
    """Does what the call wants until it has an answer."""
    while True:
        job = call.next()
        if isinstance(job, Answer):
            return job
        if isinstance(job, Pipe):
            _copy(body, job)
        else:
            # Flask knows by context variables which request it serves; this is another one.
            contextvars.Context().run(upstream.perform, job)


def _copy(body: Any, pipe: Pipe) -> None:
    """Passes the request's body on, as far as it is wanted."""
    while True:
        piece = body.read(PIECE)
        if not piece:
            pipe.end()
            return
        if not pipe.write(piece):
            return


class Upstream:
    """Airflow's own application, as the caller's request found it."""

    def __init__(self, app: Application, environ: Environ) -> None:
        self._app = app
        self._shared = {key: environ[key] for key in SHARED if key in environ}
        # Airflow mounts itself below the path of its base URL.
        self._base = urlsplit(started.base_url()).path.rstrip("/")

    def perform(self, exchange: Exchange) -> None:
        """Carries an exchange out."""
        if exchange.abandoned:
            return
        try:
            self._perform(exchange)
        except Exception:
            # What of the answer is there, is; the rest is reported as cut off.
            started.log.exception("Airflow failed at %s %s", exchange.method, exchange.path)
        finally:
            exchange.close()

    def _perform(self, exchange: Exchange) -> None:
        head: list[Any] = []

        def start_response(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], None]:
            pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            head[:] = [int(status.split(" ", 1)[0]), pairs]
            return written.append

        written: list[bytes] = []
        pieces = self._app(self._environ(exchange), start_response)
        try:
            pipe = None
            for piece in pieces:
                pipe = pipe or exchange.answer(*head)
                if piece and not pipe.write(piece):
                    return
            (pipe or exchange.answer(*head)).end()
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    def _environ(self, exchange: Exchange) -> Environ:
        import io

        path = self._base + exchange.path
        body = exchange.body
        environ = {
            **self._shared,
            "REQUEST_METHOD": exchange.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": exchange.query,
            "wsgi.input": io.BytesIO(body),
        }
        if body:
            environ["CONTENT_LENGTH"] = str(len(body))
        for name, value in exchange.headers:
            key = name.decode("latin-1").upper().replace("-", "_")
            if key == "CONTENT_TYPE":
                environ[key] = value.decode("latin-1")
            elif key != "CONTENT_LENGTH":
                environ["HTTP_" + key] = value.decode("latin-1")
        return environ
