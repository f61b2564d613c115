"""`tests/with_postgresql.sh .venv/bin/python -m tests.releases`: makes the dumps of this version.

Run it once, in the last commit of a release, and never again for that release: the dumps say what
its code has written.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import django

from portal.version import VERSION
from tests.portal_process import PortalProcess
from tests.releases import SECRET_KEY, folder_of, write_dump
from tests.releases.dumps import dump_of
from tests.releases.filling import fill
from tests.releases.statements import upserts


def main() -> int:
    """Fill a portal on each database; write what it holds, and the statements of the code."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    release = VERSION.partition(".dev")[0]
    folder = folder_of(release)
    folder.mkdir(exist_ok=True)
    (folder / "upserts.json").write_text(f"{json.dumps(upserts(), indent=2)}\n")
    with tempfile.TemporaryDirectory() as name:
        for database in ("postgresql", "sqlite"):
            with PortalProcess(Path(name) / database, SECRET_KEY=SECRET_KEY) as portal:
                known = fill(portal)
                portal.stop()
                write_dump(release, database, dump_of(portal))
            (folder / f"{database}.json").write_text(f"{json.dumps(known, indent=2)}\n")
            os.environ.pop("DATABASE_URL", None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
