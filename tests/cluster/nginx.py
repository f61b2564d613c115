"""nginx in front of the nodes, with one retry."""

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from tests.waiting import wait_until

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream portal {{
    {servers}
    keepalive 32;
  }}
  server {{
    listen 127.0.0.1:{port};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_connect_timeout 1s;
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 2;
    location / {{ proxy_pass http://portal; }}
    location = /identity/connect/token {{
      proxy_pass http://portal;
      proxy_next_upstream error timeout non_idempotent;
    }}
  }}
}}
"""


class Nginx:
    """A proxy at ``port`` that shares requests out to nodes, each at a port of its own."""

    def __init__(self, folder: Path, nodes: Iterable[int], *, port: int) -> None:
        self._folder = folder
        self._port = port
        self._servers = "\n    ".join(
            f"server 127.0.0.1:{node} max_fails=1 fail_timeout=1s;" for node in nodes
        )

    def __enter__(self) -> Self:
        self._folder.mkdir()
        self._folder.chmod(0o755)
        file = self._folder / "nginx.conf"
        file.write_text(
            CONFIGURATION.format(folder=self._folder, port=self._port, servers=self._servers)
        )
        self._process = subprocess.Popen(["nginx", "-c", str(file)], stderr=subprocess.DEVNULL)
        wait_until((self._folder / "nginx.pid").exists)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
