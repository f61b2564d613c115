"""`manage.py` of a portal in a process that has loaded Django once; each command runs in a fork.

A command in a process of its own takes four times as much, most of it to import modules.
"""

import gc
import json
import os
import pkgutil
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from threading import Lock

import django

CHECKOUT = Path(__file__).resolve().parent.parent


class PortalCommands:
    """Runs commands with this environment, one after the other, until ``close``."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self._lock = Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"import {__name__} as commands; commands.serve()"],
            cwd=CHECKOUT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, words: tuple[str, ...], *, limit_s: float) -> subprocess.CompletedProcess[str]:
        """Run one command; return its status and output."""
        with self._lock, tempfile.TemporaryDirectory() as folder:
            files = [str(Path(folder, name)) for name in ("stdout", "stderr")]
            print(json.dumps([words, *files]), file=self._process.stdin, flush=True)
            if not select.select([self._process.stdout], [], [], limit_s)[0]:
                self.close()
                raise subprocess.TimeoutExpired(words, limit_s)
            status = int(self._process.stdout.readline())
            return subprocess.CompletedProcess(words, status, *(Path(f).read_text() for f in files))

    def close(self) -> None:
        """End the process, and a command that still runs."""
        self._process.kill()
        self._process.communicate()


def serve() -> None:
    """Run commands from standard input in forks; answer each with its status."""
    manage = import_module("manage")
    manage.use_served_url(["shell"])
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    import_module("django.core.management.commands.shell")
    ours = import_module("clients_app.management.commands")
    for module in pkgutil.iter_modules(ours.__path__, f"{ours.__name__}."):
        import_module(module.name)
    gc.freeze()
    for line in sys.stdin:
        words, *files = json.loads(line)
        if words[0] == "people":  # they print links
            import_module("portal.urls")
        if not (pid := os.fork()):
            _use(*files)
            sys.argv = ["manage.py", *words]
            manage.main()
            return
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()


def _use(stdout: str, stderr: str) -> None:
    """Give this process an empty standard input and these files for its output."""
    for number, path in enumerate((os.devnull, stdout, stderr)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
