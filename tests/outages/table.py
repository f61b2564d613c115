"""The table that `make faults` prints."""

from typing import NamedTuple


class Row(NamedTuple):
    """One measurement: which fault, what was measured, the goal, and whether it was met."""

    fault: str
    measured: str
    goal: str
    met: bool

    def __str__(self) -> str:
        return f"| {self.fault} | {self.measured} | {self.goal} | {'yes' if self.met else 'NO'} |"
