"""Runs the programs of "Connect your application", as copied, and returns the token they got.

C# and PowerShell are in neither Debian nor PyPI: tests/web/test_snippets.py parses those.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.web.verify_programs import GO_SOURCES
from tests.web.verify_programs import run as ended_run

JARS: Final = ":".join(
    f"/usr/share/java/jackson-{part}.jar" for part in ("core", "annotations", "databind")
)
_MAIN: Final = """
class Main {
    public static void main(String[] args) throws Exception {
        System.out.println(Token.request());
    }
}
"""


def run(*command: str, folder: Path, **environment: str) -> str:
    """Return what the command prints; it must succeed."""
    ended = ended_run(folder, *command, **environment)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def by_python(program: str, folder: Path, secret: str) -> str:
    return run(
        sys.executable, "-c", f"{program}\nprint(token)", folder=folder, CLIENT_SECRET=secret
    )


def by_node(program: str, folder: Path, secret: str) -> str:
    (folder / "token.mjs").write_text(f"{program}\nconsole.log(token);\n")
    return run("node", "token.mjs", folder=folder, CLIENT_SECRET=secret)


def by_java(program: str, folder: Path, secret: str) -> str:
    (folder / "Token.java").write_text(program)
    (folder / "Main.java").write_text(_MAIN)
    run("javac", "-cp", JARS, "Token.java", "Main.java", folder=folder)
    return run("java", "-cp", f"{JARS}:.", "Main", folder=folder, CLIENT_SECRET=secret)


def by_go(program: str, folder: Path, secret: str) -> str:
    (folder / "main.go").write_text(f"{program}\n")
    unformatted = run("gofmt", "-l", "main.go", folder=folder)
    assert unformatted == ""
    places = {"GO111MODULE": "off", "GOPATH": GO_SOURCES}
    return run("go", "run", "main.go", folder=folder, CLIENT_SECRET=secret, **places)


RUNS: Final[dict[str, Callable[[str, Path, str], str]]] = {
    "Python": by_python,
    "Node.js": by_node,
    "Java": by_java,
    "Go": by_go,
}
