"""Airvane's server, for the plugin."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, final

__all__ = ["__version__", "Answer", "Exchange", "LoopCall", "Pipe", "Service", "ThreadCall"]

__version__: str

_Headers = Sequence[tuple[bytes, bytes]]

@final
class Service:
    """The server of this Airflow. Nothing runs before the first call."""

    def __new__(
        cls,
        release: str,
        url: str | None,
        environment: Mapping[str, str],
        config: Mapping[str, str],
    ) -> Service: ...
    def on_loop(
        self,
        method: str,
        headers: _Headers,
        later: Callable[..., Any],
        dispatch: Callable[[Exchange], Any],
        deliver: Callable[[int | None, list[tuple[bytes, bytes]], bytes, bool], Any],
        page: str | None = None,
    ) -> LoopCall: ...
    def on_thread(
        self, method: str, headers: _Headers, page: str | None = None
    ) -> ThreadCall: ...

@final
class LoopCall:
    """A call under way. One that is let go is cancelled."""

    @property
    def body(self) -> Pipe: ...
    def cancel(self) -> None: ...

@final
class ThreadCall:
    """A call under way. One that is let go is cancelled."""

    def next(self) -> Pipe | Exchange | Answer: ...

@final
class Answer:
    """An answer, whole."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> list[tuple[bytes, bytes]]: ...
    @property
    def body(self) -> bytes: ...

@final
class Exchange:
    """A request, and where its answer goes. Closed unanswered, it fails."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query(self) -> str: ...
    @property
    def headers(self) -> list[tuple[bytes, bytes]]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def abandoned(self) -> bool: ...
    def when_abandoned(self, stop: Callable[[], Any]) -> None: ...
    def answer(self, status: int, headers: _Headers) -> Pipe: ...
    def close(self) -> None: ...

@final
class Pipe:
    """The end of a body that is written to."""

    def offer(self, piece: bytes) -> bool: ...
    def offer_later(self, piece: bytes, done: Callable[[], Any]) -> None: ...
    def write(self, piece: bytes) -> bool: ...
    def end(self) -> None: ...
