"""The number of CPUs that this process may use: control groups of both versions, and affinity."""

import os
from pathlib import Path

import pytest

from portal.cpus import usable_cpus

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def sixteen_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(16))


def cpus(folder: Path, own_groups: str, files: dict[str, str]) -> int:
    """Return the number on a machine with these files below /sys/fs/cgroup."""
    (folder / "own").write_text(own_groups)
    for name, text in files.items():
        file = folder / "groups" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n")
    return usable_cpus(folder / "groups", folder / "own")


@pytest.mark.parametrize(
    ("own_groups", "files", "number"),
    [
        ("0::/\n", {"cpu.max": "200000 100000"}, 2),
        ("0::/\n", {"cpu.max": "150000 100000"}, 2),
        ("0::/\n", {"cpu.max": "10000 100000"}, 1),
        ("0::/\n", {"cpu.max": "max 100000"}, 16),
        ("0::/a/b\n", {"a/cpu.max": "300000 100000", "a/b/cpu.max": "400000 100000"}, 3),
        ("0::/of/the/host\n", {"cpu.max": "200000 100000"}, 2),
        ("0::/\n", {}, 16),
        ("", {}, 16),
        (
            "9:cpuset:/\n4:cpu,cpuacct:/pod\n0::/\n",
            {
                "cpu,cpuacct/pod/cpu.cfs_quota_us": "200000",
                "cpu,cpuacct/pod/cpu.cfs_period_us": "100000",
            },
            2,
        ),
        (
            "4:cpu,cpuacct:/docker/of-the-host\n",
            {"cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "50000"},
            2,
        ),
        (
            "1:cpu:/\n",
            {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"},
            16,
        ),
    ],
)
def test_cpus_follow_the_limits_of_the_groups(
    tmp_path: Path, own_groups: str, files: dict[str, str], number: int
) -> None:
    assert cpus(tmp_path, own_groups, files) == number


def test_cpus_follow_the_affinity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3})

    assert cpus(tmp_path, "0::/\n", {"cpu.max": "400000 100000"}) == 1
