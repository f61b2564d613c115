"""A TCP relay in front of a server, which can stop forwarding without closing a connection."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tests.waiting import LIMIT_S


class Relay:
    """Forwards 127.0.0.1:``port`` to the PostgreSQL of a URL, until ``silence`` and after
    ``speak``. While it is silent it accepts connections and bytes, as a stalled proxy does."""

    def __init__(self, database_url: str) -> None:
        self._target = database_url
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._started = threading.Event()
        self.port = 0

    @property
    def database_url(self) -> str:
        """The URL of the same database through this relay."""
        parts = urlsplit(self._target)
        user = f"{parts.username}@" if parts.username else ""
        return f"{parts.scheme}://{user}127.0.0.1:{self.port}{parts.path}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(LIMIT_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    def silence(self) -> None:
        """Forward nothing from now on."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def speak(self) -> None:
        """Forward again, also what was held back."""
        self._loop.call_soon_threadsafe(self._open.set)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped, self._open = asyncio.Event(), asyncio.Event()
        self._open.set()
        async with await asyncio.start_server(self._forward, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._started.set()
            await self._stopped.wait()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            async with _closing(writer):
                await self._open.wait()
                to_server = await self._connected()
                async with _closing(to_server[1]):
                    await asyncio.gather(
                        self._pump(reader, to_server[1]), self._pump(to_server[0], writer)
                    )

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        parts = urlsplit(self._target)
        port = parts.port or 5432
        if folder := parse_qs(parts.query).get("host", [""])[0]:
            return await asyncio.open_unix_connection(str(Path(folder) / f".s.PGSQL.{port}"))
        return await asyncio.open_connection(parts.hostname, port)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while content := await reader.read(65_536):
            await self._open.wait()
            writer.write(content)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
    finally:
        writer.close()
