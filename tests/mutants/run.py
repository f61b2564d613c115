"""Tries the sample in the current folder, and prints what became of each mutant."""

import json
import os
import re
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tests.mutants.covering import Covering, measure
from tests.mutants.one_try import Ended, Try, run_tests
from tests.mutants.sample import Mutant, chosen

LISTED = Path("docs", "mutants.md")
SAMPLE, SEED = int(os.environ.get("SAMPLE", "500")), os.environ.get("SEED", "1")
PROCESSES = int(os.environ.get("PROCESSES", os.cpu_count() or 2))
TESTS_S = float(os.environ.get("TESTS_S", "60"))
FIRST_S = 2  # of tests: most mutants are noticed at once
SURVIVORS_MAX = 0.05  # of the sample, not counting those that are listed
_ENTRY = re.compile(r"^- `(?P<path>[^`]+)`: `(?P<before>[^`]+)` → `(?P<after>[^`]*)`", re.MULTILINE)


class Result(NamedTuple):
    """What became of a mutant: the line before and after the change, and the outcome."""

    path: str
    line: int
    before: str
    after: str
    outcome: str  # "noticed", "never ended", which counts as noticed, "listed" or "survived"
    noticed_by: str = ""  # the test that failed; none if a module could not even be imported

    def __str__(self) -> str:
        return f"- `{self.path}`: `{self.before}` → `{self.after}` (line {self.line})"


def main(folder: Path) -> int:
    """Try the sample; print the table; return the exit status."""
    if not Path(".coverage").exists():
        say("First, one run of the tests, to find out which lines each of them runs.")
        measure(folder, processes=PROCESSES)
    covering = Covering()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        results = tried(chosen(SAMPLE, seed=SEED), covering, pool, folder)
        refuse_false_alarms(results, covering, pool, folder)
    return conclude(results)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def tried(
    mutants: list[Mutant], covering: Covering, pool: ProcessPoolExecutor, folder: Path
) -> list[Result]:
    """Return what became of each mutant, from the file of results if it was tried before."""
    kept = folder / "results.jsonl"
    kept.touch()
    known = dict(json.loads(line) for line in kept.read_text().splitlines())
    entries = set(_ENTRY.findall(LISTED.read_text()))
    results = []
    tries = {}
    for mutant in mutants:
        if (str(mutant.path), mutant.before, mutant.after) in entries:
            results.append(result_of(mutant, "listed"))
        elif mutant.name in known:
            results.append(Result(*known[mutant.name]))
        else:
            first = covering.tests(mutant.path, mutant.lines, total_s=FIRST_S)
            more = covering.tests(mutant.path, mutant.lines, total_s=TESTS_S)
            rest = [name for name in more if name not in first]
            stages = [
                Try(mutant.path, mutant.code, tests, covering.seconds(tests))
                for tests in (first, rest)
                if tests
            ]
            tries[pool.submit(ended, stages, folder)] = mutant
    with kept.open("a") as file:
        for done in as_completed(tries):
            result = result_of(tries[done], *done.result())
            results.append(result)
            file.write(json.dumps([tries[done].name, result]) + "\n")
            file.flush()
            say(f"{len(results)} of {len(mutants)} {result.outcome} {result}")
    return results


def refuse_false_alarms(
    results: list[Result], covering: Covering, pool: ProcessPoolExecutor, folder: Path
) -> None:
    """Stop if a test that noticed a mutant fails without a change too."""
    tests = sorted({result.noticed_by for result in results} - {""})
    path = Path(results[0].path)
    unchanged = Try(path, path.read_text(), tests, covering.seconds(tests))
    said = pool.submit(run_tests, unchanged, folder).result()
    if said.outcome != "survived":
        raise SystemExit(f"{said.noticed_by} fails without a change too. Mend it first.")


def ended(stages: list[Try], folder: Path) -> Ended:
    """Return how a mutant ended, in a process of the pool: the next tests if it survives some."""
    said = Ended("survived")
    for one in stages:
        if said.outcome == "survived":
            said = run_tests(one, folder)
    return said


def result_of(mutant: Mutant, *ended: str) -> Result:
    return Result(str(mutant.path), mutant.line, mutant.before, mutant.after, *ended)


def conclude(results: list[Result]) -> int:
    """Print the survivors and the table; return the exit status."""
    survivors = [result for result in results if result.outcome == "survived"]
    for survivor in sorted(survivors):
        say(str(survivor))
    say("| code | mutants | noticed | change nothing | survived |")
    say("| --- | --- | --- | --- | --- |")
    for room in [*sorted({room_of(result) for result in results}), "all"]:
        here = [one.outcome for one in results if room in (room_of(one), "all")]
        listed, missed = here.count("listed"), here.count("survived")
        say(f"| {room} | {len(here)} | {len(here) - listed - missed} | {listed} | {missed} |")
    if len(survivors) <= SURVIVORS_MAX * len(results):
        return 0
    say(
        f"{len(survivors)} of {len(results)} mutants survived, more than {SURVIVORS_MAX:.0%}. "
        "Write a test that notices each, or list it in docs/mutants.md with the reason why it "
        "changes nothing."
    )
    return 1


def room_of(result: Result) -> str:
    return Path(result.path).parts[1].removesuffix(".py")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
