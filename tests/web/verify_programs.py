"""Runs the programs of Verify tokens as copied: each prints the client, or refuses the token."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.third_party import npm_packages

GO_SOURCES: Final = "/usr/share/gocode"  # of Debian, with x/oauth2 and version 2 of go-oidc
_GO_MAIN: Final = """package main

import (
	"context"
	"fmt"
	"log"
	"os"
)

func main() {
	claims, err := ClaimsOf(context.Background(), os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.ClientID)
}
"""
_JAVA_READER: Final = """
import com.sun.source.util.JavacTask;
import java.nio.file.Path;
import javax.tools.*;

class Reader {
    public static void main(String[] args) throws Exception {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var files = compiler.getStandardFileManager(null, null, null);
        var sources = files.getJavaFileObjects(Path.of(args[0]));
        ((JavacTask) compiler.getTask(null, files, null, null, null, sources)).parse();
    }
}
"""
#: what a program says of a token with another signature
WRONG_SIGNATURE: Final = {
    "python": "InvalidSignatureError",
    "node": "signature verification failed",
    "go": "failed to verify",
}


def run(folder: Path, *command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Return how the command ended, and what it printed."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def by_python(program: str, folder: Path, token: str) -> tuple[int, str]:
    """Return the exit status, and what the program printed or the error."""
    (folder / "verify.py").write_text(
        f"{program}\nimport sys\nprint(claims_of(sys.argv[1])['client_id'])"
    )
    ended = run(folder, sys.executable, "verify.py", token)
    return ended.returncode, ended.stdout or ended.stderr


def by_node(program: str, folder: Path, token: str) -> tuple[int, str]:
    modules = folder / "node_modules"
    if not modules.exists():
        modules.symlink_to(npm_packages.programs() / "node_modules")
    shown = "console.log((await claimsOf(process.argv[2])).client_id);"
    (folder / "verify.mjs").write_text(f"{program}\n{shown}\n")
    ended = run(folder, "node", "verify.mjs", token)
    return ended.returncode, ended.stdout or ended.stderr


def by_go(program: str, folder: Path, token: str) -> tuple[int, str]:
    """Run it with Debian's version 2 of go-oidc, which has the same functions as version 3."""
    (folder / "verify.go").write_text(f"{program}\n")
    assert run(folder, "gofmt", "-l", "verify.go").stdout == ""
    (folder / "verify.go").write_text(program.replace("go-oidc/v3/oidc", "go-oidc"))
    (folder / "main.go").write_text(_GO_MAIN)
    places = {"GO111MODULE": "off", "GOPATH": GO_SOURCES}
    ended = run(folder, "go", "run", "verify.go", "main.go", token, **places)
    return ended.returncode, ended.stdout or ended.stderr


JUDGES: Final[dict[str, Callable[[str, Path, str], tuple[int, str]]]] = {
    "python": by_python,
    "node": by_node,
    "go": by_go,
}


def faults_of_java(program: str, folder: Path) -> str:
    """Return what the compiler says of the program, without looking for its libraries."""
    (folder / "Reader.java").write_text(_JAVA_READER)
    (folder / "Tokens.java").write_text(program)
    ended = run(folder, "java", "Reader.java", "Tokens.java")
    return ended.stdout + ended.stderr
