"""Refuses words that a native engineer would not use; `make check` runs it.

Checks all text of the repository, including names in code. Prints file, line and suggestion, then
the count of each folder. ALLOWED lists exceptions, for example quotations.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SUGGESTIONS: Final = {
    r"deeds?": "operation, action, command",
    r"whoever|whosoever": "anyone who, the person who, or name them",
    r"shall": "must, will; for a wish: should",
    r"(?:of|by|to|for|from|with) who": "of the person (or process) that",
    r"(?:is|are|be|been|was|were|nobody|none) told (?:of|about)": "gets a notice about",
    r"tell(?:s|ing)? of": "report, describe",
    r"lest": "so that ... not",
    r"befall(?:s|en)?": "happen to, affect",
    r"fall(?:s|en)? foul(?: of)?": "break, not comply with",
    r"(?:work|live|exist|do|sign|run|ask|go|know|serve|count|see|read)s? no more": "no longer",
    r"no more(?! than)": "no longer, nothing else, not any more",
    r"he|him|his|himself|she|her|hers|herself": "they, them, their",
    r"l(?:ies|ie|ay) ahead": "comes next",
    r"demand(?:s|ed|ing)?(?: \w+)? of": "require",
    r"thereby|thereof|therein|whereby|hitherto|herewith": "say it in a second short sentence",
    r"anew": "again",
    r"for ever": "forever, permanently",
    r"seldom": "rarely",
    r"oftener": "more often",
    r"but for": "except, apart from",
    r"at sight": "immediately",
    r"of (?:ours|theirs|yours)": "our, their, your",
    r"letter by letter": "byte by byte, exactly",
    r"(?:would|could|must|may|might|will) else": "otherwise",
    r"no fault of": "not caused by",
    r"not? otherwise than": "only",
    r"in vain": "without success",
    r"unsaid": "undocumented",
    r"as yet": "so far",
    r"wherefore|hence|thence|whence": "so, from there",
    r"(?:by|with) what (?:\w+ ){1,3}(?:prove|authenticate)s?": "how, or name it: the credential",
}
OTHERWISE: Final = [  # in a sentence, where `else` of a program has no comma before it
    (re.compile(r"[;,] else (?!\S+:)(?=[a-z])"), "otherwise"),
    (re.compile(r'"""(?:By|For|With|Of|At|From) (?:what|which)\b'), "name it: the API that ..."),
    (re.compile(r'"""Do so\b|``[^`]+`` so\."""'), "say what is done"),
]
ALLOWED: Final[set[tuple[str, str]]] = set()  # (file, word in lower case)
LEFT_OUT: Final = re.compile(
    r"(^|/)(vendor|migrations|locale)/|requirements\.lock$|package-lock\.json$|^tests/words\.py$|\.(svg|png|ico|woff2?|gz)$"
)
# Finds names such as client_deeds or DeedError, but not "sheriff", "there" or "HEAD".
WORDS: Final = [
    (re.compile(rf"(?<![A-Za-z])(?i:{pattern})(?![a-z])(?!(?<=[A-Z]{{2}})[A-Z])"), suggestion)
    for pattern, suggestion in SUGGESTIONS.items()
] + OTHERWISE


def main() -> int:
    """Print each place and the counts; return the exit status."""
    counts: Counter[str] = Counter()
    for file in files():
        for line, word, suggestion in places(file):
            counts[file.parts[0]] += 1
            sys.stdout.write(f'{file}:{line}: "{word}": {suggestion}\n')
    for folder, count in counts.most_common():
        sys.stdout.write(f"{count:6} in {folder}\n")
    return 1 if counts else 0


def files() -> list[Path]:
    """Return the text files of the repository."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True)
    return [Path(name) for name in listed.stdout.splitlines() if not LEFT_OUT.search(name)]


def places(file: Path) -> Iterator[tuple[int, str, str]]:
    """Yield line, word and suggestion."""
    try:
        text = file.read_text()
    except (UnicodeDecodeError, FileNotFoundError):
        return
    somewhere = [word for word in WORDS if word[0].search(text)]  # few, if any
    for number, line in enumerate(text.splitlines() if somewhere else (), 1):
        taken: list[range] = []  # of two overlapping matches, the first one counts
        for pattern, suggestion in somewhere:
            for match in pattern.finditer(line):
                span = range(*match.span())
                if any(span.start < one.stop and one.start < span.stop for one in taken):
                    continue
                if (str(file), match[0].lower()) not in ALLOWED:
                    taken.append(span)
                    yield number, match[0].strip(), suggestion


if __name__ == "__main__":
    sys.exit(main())
