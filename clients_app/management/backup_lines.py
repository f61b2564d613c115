"""What the commands print about a backup."""

from typing import Any

from clients_app.services.backups.contents import Part


def about_lines(about: Part) -> str:
    """Return what a backup holds, as lines of text."""
    chains = [f"  {one['name']}: events up to {one['sequence']}" for one in about["tenants"]]
    own = [one for one in about["migrations"] if one.startswith("clients_app.")]
    facts = (
        f"Made:       {about['made_at']}",
        f"Version:    {about['version']} ({own[-1]})",
        f"Database:   {about['database']}",
        f"Sealed:     {about['segments']} files of events",
        "Chains:",
    )
    return "\n".join([*facts, *chains])


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
