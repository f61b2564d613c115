"""Runs the programs of "Connect your application", as copied, and returns the token they got.

C# and PowerShell are in neither Debian nor PyPI: tests/web parses those.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.third_party import npm_packages
from tests.web.verify_programs import GO_SOURCES
from tests.web.verify_programs import run as ended_run

JARS: Final = ":".join(
    f"/usr/share/java/jackson-{part}.jar" for part in ("core", "annotations", "databind")
)
_BRIEF: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # half the time of a short program
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


def by_python(program: str, folder: Path, **given: str) -> str:
    return run(sys.executable, "-c", f"{program}\nprint(token)", folder=folder, **given)


def by_node(program: str, folder: Path, **given: str) -> str:
    modules = folder / "node_modules"
    if "import" in program and not modules.exists():
        modules.symlink_to(npm_packages.programs() / "node_modules")
    (folder / "token.mjs").write_text(f"{program}\nconsole.log(token);\n")
    return run("node", "token.mjs", folder=folder, **given)


def by_java(program: str, folder: Path, **given: str) -> str:
    (folder / "Token.java").write_text(program)
    (folder / "Main.java").write_text(_MAIN)
    compiler = ("javac", *(f"-J{option}" for option in _BRIEF))
    run(*compiler, "-cp", JARS, "Token.java", "Main.java", folder=folder)
    return run("java", *_BRIEF, "-cp", f"{JARS}:.", "Main", folder=folder, **given)


def by_go(program: str, folder: Path, **given: str) -> str:
    """Run it with Debian's version 4 of golang-jwt, which has the same functions as version 5."""
    (folder / "main.go").write_text(f"{program}\n")
    unformatted = run("gofmt", "-l", "main.go", folder=folder)
    assert unformatted == ""
    (folder / "main.go").write_text(program.replace("golang-jwt/jwt/v5", "golang-jwt/jwt"))
    places = {"GO111MODULE": "off", "GOPATH": GO_SOURCES}
    return run("go", "run", "-ldflags=-s -w", "main.go", folder=folder, **places, **given)


#: by the name of a program: what runs it in a folder, with variables, and returns its token
LABELS: Final = {"python": "Python", "node": "Node.js", "java": "Java", "go": "Go"}
RUNS: Final[dict[str, Callable[..., str]]] = {
    "python": by_python,
    "node": by_node,
    "java": by_java,
    "go": by_go,
}
