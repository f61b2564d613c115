"""The tables that `make faults` prints."""

from typing import NamedTuple


class Row(NamedTuple):
    """One measurement: which fault, what was measured, the goal, and whether it was met."""

    HEADER = "| fault | measured | goal | met |\n| --- | --- | --- | --- |"

    fault: str
    measured: str
    goal: str
    met: bool

    def __str__(self) -> str:
        return f"| {self.fault} | {self.measured} | {self.goal} | {'yes' if self.met else 'NO'} |"


class NodesRow(NamedTuple):
    """What nodes behind a proxy did during a fault; ``lost`` counts broken promises, such as a
    change that was answered and is not there."""

    HEADER = (
        "| fault | requests | answers | longest gap (s) | changes | lost | goal | met |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |"
    )

    fault: str
    requests: int
    answers: str
    gap_s: float
    changes: int
    lost: int
    goal: str
    met: bool

    def __str__(self) -> str:
        cells = (
            *(self.fault, f"{self.requests:,}", self.answers, f"{self.gap_s:.2f}"),
            *(f"{self.changes:,}", str(self.lost), self.goal, "yes" if self.met else "NO"),
        )
        return f"| {' | '.join(cells)} |"
