"""`make mutants`: would the tests notice a small fault in the core?

Changes one place at a time in copies of the checkout: an operator, a number, a condition. Then the
tests that run the changed line must fail. SAMPLE (500) places are tried, which SEED (1) chooses, by
PROCESSES at the same time (one per core), on SQLite, each with at most TESTS_S (60) seconds of
tests, those of the module first. A mutant that survives shows that a test is missing, or it changes
nothing that anybody could see; docs/mutants.md lists the latter, with the reason. It ends with a
table; the exit status is 1 if more than 5 % of the sample survive and are not listed.

FOLDER keeps the copies and the results: with the same one, a stopped run goes on where it was.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome

from tests.mutants.covering import Covering, measure
from tests.mutants.sample import chosen

CHECKOUT = Path(__file__).resolve().parents[2]
LISTED = CHECKOUT / "docs" / "mutants.md"
SAMPLE, SEED = int(os.environ.get("SAMPLE", "500")), os.environ.get("SEED", "1")
PROCESSES = int(os.environ.get("PROCESSES", os.cpu_count() or 2))
TESTS_S = float(os.environ.get("TESTS_S", "60"))
LIMIT_S = 120 + 5 * TESTS_S  # a mutant that takes longer never ends; a busy machine is slow
SURVIVORS_MAX = 0.05  # of the sample, not counting those that are listed
_PYTEST = ".venv/bin/pytest -q -x -p no:cacheprovider -p no:xdist @chosen.txt"
_OUTCOMES = {
    TestOutcome.KILLED: "noticed",
    TestOutcome.SURVIVED: "survived",
    TestOutcome.INCOMPETENT: "noticed",
}
_ENTRY = re.compile(r"^- `(?P<path>[^`]+)`: `(?P<before>[^`]+)` → `(?P<after>[^`]*)`", re.MULTILINE)


class Result(NamedTuple):
    """What became of a mutant: the line before and after the change, and the outcome."""

    path: str
    line: int
    before: str
    after: str
    outcome: str  # "noticed", "survived", or "never ended", which counts as noticed

    def __str__(self) -> str:
        return f"- `{self.path}`: `{self.before}` → `{self.after}` (line {self.line})"


def main() -> int:
    """Try the sample; print the table; return the exit status."""
    folder = Path(os.environ.get("FOLDER") or tempfile.mkdtemp(prefix="mutants-")).resolve()
    copies = [folder / f"copy{number}" for number in range(PROCESSES)]
    for copy in copies:
        copy_checkout(copy)
    if not (copies[0] / ".coverage").exists():
        say("First, one run of the tests, to find out which lines each of them runs.")
        measure(copies[0], processes=PROCESSES)
    results = tried(chosen(SAMPLE, seed=SEED), copies, folder / "results.jsonl")
    return conclude(results)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def copy_checkout(copy: Path) -> None:
    """Copy all files of the checkout that git does not ignore, also over a mutant left behind."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (CHECKOUT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, copy / name)
    if not (copy / ".venv").exists():
        (copy / ".venv").symlink_to(CHECKOUT / ".venv")


def tried(mutants: list[MutationSpec], copies: list[Path], kept: Path) -> list[Result]:
    """Return what became of each mutant, from ``kept`` if it was tried before."""
    kept.touch()
    known = dict(json.loads(line) for line in kept.read_text().splitlines())
    covering = Covering(copies[0].resolve())
    free: SimpleQueue[Path] = SimpleQueue()
    for copy in copies:
        free.put(copy)
    results = [Result(*known[key]) for mutant in mutants if (key := name_of(mutant)) in known]
    others = [mutant for mutant in mutants if name_of(mutant) not in known]
    with ThreadPoolExecutor(len(copies)) as pool, kept.open("a") as file:
        tries = {pool.submit(try_one, mutant, covering, free): mutant for mutant in others}
        for done in as_completed(tries):
            result = done.result()
            results.append(result)
            file.write(json.dumps([name_of(tries[done]), result]) + "\n")
            file.flush()
            say(f"{len(results)} of {len(mutants)} {result.outcome} {result}")
    return results


def name_of(mutant: MutationSpec) -> str:
    return f"{mutant.module_path} {mutant.operator_name} {mutant.occurrence}"


def try_one(mutant: MutationSpec, covering: Covering, free: "SimpleQueue[Path]") -> Result:
    """Return what became of ``mutant`` in a copy that no other thread uses."""
    path, line = mutant.module_path, mutant.start_pos[0]
    copy = free.get()
    try:
        place = (mutant.operator_name, mutant.occurrence, mutant.start_pos, mutant.end_pos)
        moved = MutationSpec(copy / path, *place)
        command = f"env --chdir={copy} {_PYTEST}"
        for total_s in (TESTS_S / 10, TESTS_S):  # most are noticed at once
            tests = covering.tests(path, range(line, mutant.end_pos[0] + 1), total_s=total_s)
            (copy / "chosen.txt").write_text("\n".join(tests))
            done = mutate_and_test([moved], command, LIMIT_S)
            if done.is_killed:
                break
    finally:
        free.put(copy)
    if done.worker_outcome is not WorkerOutcome.NORMAL or done.diff is None:
        raise RuntimeError(f"{name_of(mutant)}: {done.output}")
    outcome = "never ended" if done.output == "timeout" else _OUTCOMES[done.test_outcome]
    changed = [text for text in done.diff.splitlines() if text[:3] not in ("---", "+++")]
    before, after = (
        " ".join(" ".join(text[1:] for text in changed if text.startswith(sign)).split())
        for sign in "-+"
    )
    return Result(str(path), line, before, after, outcome)


def conclude(results: list[Result]) -> int:
    """Print the survivors and the table; return the exit status."""
    entries = {tuple(found) for found in _ENTRY.findall(LISTED.read_text())}
    survivors = [result for result in results if result.outcome == "survived"]
    real = [one for one in survivors if (one.path, one.before, one.after) not in entries]
    for survivor in sorted(real):
        say(str(survivor))
    say("| code | mutants | noticed | change nothing | survived |")
    say("| --- | --- | --- | --- | --- |")
    rooms = sorted({room_of(result) for result in results})
    for room in [*rooms, "all"]:
        count, lived, missed = (
            sum(room in (room_of(one), "all") for one in some)
            for some in (results, survivors, real)
        )
        say(f"| {room} | {count} | {count - lived} | {lived - missed} | {missed} |")
    if len(real) <= SURVIVORS_MAX * len(results):
        return 0
    say(
        f"{len(real)} of {len(results)} mutants survived, more than {SURVIVORS_MAX:.0%}. Write a "
        "test that notices each, or list it in docs/mutants.md with the reason why it changes "
        "nothing."
    )
    return 1


def room_of(result: Result) -> str:
    return Path(result.path).parts[1].removesuffix(".py")


if __name__ == "__main__":
    sys.exit(main())
