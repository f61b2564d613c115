"""The mutants: small changes of one place each, of which a sample is tried.

Cosmic Ray knows the places and makes the changes. Left out are changes that are no Python, those of
annotations, which nothing runs, and the exchange of `==` and `is`, which rarely changes anything. A
place counts once, however many changes are possible there. A hash chooses: a place stays in the
sample while its line stays.
"""

import ast
import difflib
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code
from cosmic_ray.work_item import MutationSpec

ROOMS = ("rules", "services", "selectors", "oauth", "audit")
_SAME = {f"core/ReplaceComparisonOperator_{pair}" for pair in ("Eq_Is", "Is_Eq")}
_SAME |= {f"core/ReplaceComparisonOperator_{pair}" for pair in ("NotEq_IsNot", "IsNot_NotEq")}

_Position = tuple[int, int]


def modules() -> list[Path]:
    """Return the paths of the modules that are mutated, relative to the checkout."""
    rooms = (path for room in ROOMS for path in Path("clients_app", room).rglob("*.py"))
    return [Path("clients_app/permissions.py"), *sorted(rooms)]


class Mutant(NamedTuple):
    """A change: the lines that it is in, their text before and after, and the changed module."""

    name: str
    path: Path
    lines: range
    before: str
    after: str
    code: str

    @property
    def line(self) -> int:
        return self.lines.start


def chosen(size: int, *, seed: str) -> list[Mutant]:
    """Return ``size`` mutants at as many places; the same for the same code and ``seed``."""
    ranked = []
    for path in modules():
        lines = path.read_text().splitlines()
        for (line, column), mutants in _mutants_by_place(path).items():
            rank = _rank(f"{seed} {path} {lines[line - 1].strip()} {column}")
            ranked.append((rank, str(path), line, mutants[rank % len(mutants)]))
    ranked.sort(key=lambda one: one[:3])
    return list(islice(filter(None, (_changed(one) for *_, one in ranked)), size))


def _changed(place: MutationSpec) -> Mutant | None:
    """Return the mutant if it is Python: some operators also change signatures."""
    kind = cosmic_ray.plugins.get_operator(place.operator_name)
    code = place.module_path.read_text()
    try:
        changed = mutate_code(code, kind(), place.occurrence) or ""
        ast.parse(changed)
    except (SyntaxError, AttributeError):  # the latter where an exception is named with a dot
        return None
    before, after = _difference(code, changed)
    name = f"{place.module_path} {place.operator_name} {place.occurrence}"
    lines = range(place.start_pos[0], place.end_pos[0] + 1)
    return Mutant(name, place.module_path, lines, before, after, changed)


def _difference(code: str, changed: str) -> tuple[str, str]:
    """Return the lines that differ, before and after, each as one line with single spaces."""
    lines = difflib.ndiff(code.splitlines(), changed.splitlines())
    found = {"- ": "", "+ ": ""}
    for line in lines:
        if line[:2] in found:
            found[line[:2]] += f" {line[2:]}"
    return " ".join(found["- "].split()), " ".join(found["+ "].split())


def _rank(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def _mutants_by_place(path: Path) -> dict[_Position, list[MutationSpec]]:
    nodes = list(ast_nodes(get_ast_from_path(path)))
    annotations = list(_annotations(path))
    found: dict[_Position, list[MutationSpec]] = defaultdict(list)
    for name in sorted(set(cosmic_ray.plugins.operator_names()) - _SAME):
        kind = cosmic_ray.plugins.get_operator(name)
        if kind.arguments():  # it needs settings
            continue
        spans = (span for node in nodes for span in kind().mutation_positions(node))
        for occurrence, (start, end) in enumerate(spans):
            if not any(first <= start < last for first, last in annotations):
                found[start].append(MutationSpec(path, name, occurrence, start, end))
    return found


def _annotations(path: Path) -> Iterator[tuple[_Position, _Position]]:
    """Yield where each annotation begins and ends."""
    for node in ast.walk(ast.parse(path.read_text())):
        for name in ("annotation", "returns"):
            found = getattr(node, name, None)
            if isinstance(found, ast.expr):
                end = (found.end_lineno or 0, found.end_col_offset or 0)
                yield (found.lineno, found.col_offset), end
