"""Another clock for a program: libfaketime."""

import os
from pathlib import Path


def faketime_environment() -> dict[str, str]:
    """Return the variables by which a program gets the clock that FAKETIME names."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    assert found, "Install faketime, for example with `apt-get install faketime`."
    preloaded = " ".join([str(found[0]), *filter(None, [os.environ.get("LD_PRELOAD")])])
    return {"LD_PRELOAD": preloaded, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
