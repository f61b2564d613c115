"""Nodes of one portal: one database, one SECRET_KEY, one proxy, a DATA_DIR for each."""

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Self, TypeVar

from clients_app import data_files
from tests.cluster.postgresql import Postgresql
from tests.cluster.redis import Redis
from tests.portal_process import PASSWORD, PASSWORD_FILE, PortalProcess
from tests.proxies import HOST, Proxy, running_proxy
from tests.waiting import wait_until

SECRET_KEY = "a-key-that-all-nodes-of-the-test-share-0123456789-abcdefghijklm"
URL = f"https://{HOST}"
FIRST_START_S = 300  # each waits for those that prepare the database before it
T = TypeVar("T")


class Cluster:
    """``nodes`` that start at the same time, on an empty database.

    ``disks`` are folders for the data of the first node and of PostgreSQL, if they are not to be
    in ``folder`` and in /tmp; ``static`` is a DATA_DIR with static files, which saves collecting.
    """

    def __init__(
        self,
        folder: Path,
        *,
        nodes: int = 3,
        disks: tuple[Path, Path] | None = None,
        static: Path | None = None,
    ) -> None:
        self._folder = folder
        self._static = static
        self._count = nodes
        self._disks = disks
        self.nodes: list[PortalProcess] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            own, disk = self._disks or (self._folder, Path("/tmp"))  # noqa: S108  as Postgresql
            self.database = stack.enter_context(Postgresql(disk))
            self.redis = Redis()
            self.redis.start()
            stack.callback(self.redis.kill)
            for number in range(self._count):
                folder = own if number == 0 else self._folder
                self.nodes.append(self._node(folder / f"node{number + 1}"))
            stack.callback(self._stop)
            self.each(lambda node: node.start(limit_s=FIRST_START_S))
            ports = [node.port for node in self.nodes]
            proxy = running_proxy("nginx", self._folder / "nginx", ports)
            self.proxy: Proxy = stack.enter_context(proxy)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def each(self, do: Callable[[PortalProcess], T]) -> list[T]:
        """Do something with all nodes at the same time."""
        with ThreadPoolExecutor(self._count) as pool:
            return list(pool.map(do, self.nodes))

    def restart(self, node: PortalProcess) -> None:
        """Start a node again and wait until it is ready for requests."""
        node.start()
        wait_until(lambda: node.get("/readyz") == 200)

    def _node(self, folder: Path) -> PortalProcess:
        folder.mkdir(mode=0o700)
        if self._static:
            for name in (data_files.STATIC_ROOT, data_files.STATIC_FINGERPRINT):
                subprocess.run(["cp", "-a", self._static / name, folder], check=True)
        password = folder / PASSWORD_FILE  # in the environment, each start would begin twice
        password.touch(mode=0o600)
        password.write_text(PASSWORD)
        node = PortalProcess(
            folder,
            database_url=self.database.url,
            PUBLIC_URL=URL,
            SECRET_KEY=SECRET_KEY,
            CACHE_URL=self.redis.url,
            TRUSTED_PROXIES="127.0.0.1",
            JWKS_MAX_AGE="10",
            PORTAL_ADMIN_PASSWORD_FILE=str(password),
        )
        del node.environment["PORTAL_ADMIN_PASSWORD"]
        node.log_file = self._folder / f"{folder.name}.log"
        return node

    def _stop(self) -> None:
        for node in self.nodes:
            node.kill()
