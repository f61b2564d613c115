"""Refuses tests that use private names of the product's modules; `make check` runs it.

What a test may reset or replace has a public name in its module.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

OURS = ("clients_app", "portal", "tests")
OF_DJANGO = {"_meta", "_default_manager", "_base_manager", "_registry"}  # on model classes
PRIVATE = re.compile(r"_(?!_)\w+")
REPLACE = {"setattr", "delattr", "setitem", "delitem", "getattr", "patch"}


def main() -> int:
    """Print each place; return the exit status."""
    found = [place for file in sorted(Path("tests").rglob("*.py")) for place in places(file)]
    sys.stdout.writelines(f"{place}\n" for place in found)
    return 1 if found else 0


def places(file: Path) -> Iterator[str]:
    """Yield the places of a file that use a private name of another module."""
    tree = ast.parse(file.read_text())
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS:
            imported |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names = (alias.asname or alias.name for alias in node.names)
            imported |= {name.split(".")[0] for name in names if name.split(".")[0] in OURS}
    for node in ast.walk(tree):
        for name in private_names(node, imported):
            yield f"{file}:{node.lineno}: {name} is private in its module; give it a public name"


def private_names(node: ast.AST, imported: set[str]) -> Iterator[str]:
    """Yield the private names that one node takes from a module in ``imported``."""
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS:
        yield from (alias.name for alias in node.names if PRIVATE.fullmatch(alias.name))
    elif isinstance(node, ast.Attribute):
        if is_private(node.attr) and root_of(node.value) in imported:
            yield ast.unparse(node)
    elif isinstance(node, ast.Call) and name_of(node.func) in REPLACE:
        texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
        names = [text for text in texts if isinstance(text, str)]
        of_ours = bool(node.args) and root_of(node.args[0]) in imported
        for name in names:
            is_path = name.split(".")[0] in OURS and is_private(name.rpartition(".")[2])
            if is_path or (of_ours and is_private(name)):
                yield name


def is_private(name: str) -> bool:
    """Return whether a name is private and not one of Django's public underscore names."""
    return bool(PRIVATE.fullmatch(name)) and name not in OF_DJANGO


def root_of(node: ast.AST) -> str:
    """Return the name at the start of a chain of attributes, or ""."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def name_of(function: ast.AST) -> str:
    """Return the last name of what is called."""
    return getattr(function, "attr", getattr(function, "id", ""))


if __name__ == "__main__":
    sys.exit(main())
