"""What the commands print about a backup."""

from datetime import UTC, datetime
from typing import Any

from clients_app.services.backups.contents import Part


def about_lines(about: Part) -> str:
    """Return what a backup holds, as lines of text."""
    chains = [f"  {one['name']}: events up to {one['sequence']}" for one in about["tenants"]]
    own = [one for one in about["migrations"] if one.startswith("clients_app.")]
    facts = (
        f"Made:       {made_at(about)}",
        f"Version:    {about['version']} ({own[-1]})",
        f"Database:   {about['database']}",
        f"Sealed:     {about['segments']} files of events",
        "Chains:",
    )
    return "\n".join([*facts, *chains])


def made_at(about: Part) -> str:
    """Return when a backup was made, to the second, as people read it."""
    made = datetime.fromisoformat(str(about["made_at"])).astimezone(UTC)
    return f"{made:%Y-%m-%d %H:%M:%S} UTC"


def about_values(about: Part) -> dict[str, Any]:
    """Return what a backup holds, for ``--json``."""
    return {
        "MadeAt": str(about["made_at"]),
        "Version": about["version"],
        "Database": about["database"],
        "Migrations": about["migrations"],
        "SealedFiles": about["segments"],
        "Chains": [
            {
                "TenantId": str(one["id"]),
                "Name": one["name"],
                "Number": one["sequence"],
                "Digest": one["digest"],
            }
            for one in about["tenants"]
        ],
    }
