"""Proves that an installation with the same SECRET_KEY wrote a backup.

Anyone can encrypt to a public key. Without this proof, somebody who may only write to the place of
the backups could have a portal restored in which they administer.
"""

import hmac
from collections.abc import Iterable, Iterator
from typing import Final

from clients_app import derived_keys


class Proof:
    """HMAC-SHA256 over the lines of a backup, except the last one, which has it."""

    def __init__(self, key: derived_keys.DerivedKey) -> None:
        self._made: Final = hmac.new(key.value, digestmod="sha256")

    def over(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the lines of a backup that is written, without its last one."""
        for line in lines:
            self._made.update(line)
            yield line

    def over_all_but_last(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the lines of a backup that is read."""
        former = b""
        for line in lines:
            self._made.update(former)
            former = line
            yield line

    def text(self) -> str:
        """Return the proof as it is in the last line."""
        return self._made.hexdigest()

    def fits(self, text: object) -> bool:
        """Return whether ``text`` is the proof."""
        return isinstance(text, str) and hmac.compare_digest(text.encode(), self.text().encode())
