"""What `manage.py restore` prints: what it did, and what happened after the backup."""

from argparse import Namespace
from typing import Any, Final

from clients_app.management.again_lines import again_line, again_values, is_listed, takes_away
from clients_app.management.backup_lines import made_at
from clients_app.management.output import harmless
from clients_app.services.backups.later_events import Later, LaterEvent
from clients_app.services.backups.reading import Backup
from clients_app.services.backups.restoring import Restored

_ENDED: Final = (
    "All tokens, sessions, codes and one-time links from before the restore have ended, because "
    "some may have been revoked or used since the backup: machines request new tokens, and people "
    "sign in again."
)
_UNKNOWN: Final = (
    "{name}: at least {number} events after the backup are not known here. Look for them in the "
    "log of the portal and at the collector of AUDIT_STREAM. If a signing key was revoked, run "
    "`manage.py keys revoke`; rotate the secrets that machines got since."
)


def print_restored(command: Any, given: Namespace, backup: Backup, restored: Restored) -> None:
    """Print what the restore did."""
    names = {one["id"]: one["name"] for one in backup.about["tenants"]}
    chains = [
        f"Audit chain of {names[str(tenant_id)]}: "
        + (f"event {fault.sequence}: {fault.reason}" if fault else "whole")
        for tenant_id, fault in restored.faults.items()
    ]
    keys = [
        f"Signing key {kid} was put out of use after the backup, and stays so."
        for kid in restored.keys_out
    ]
    kept = restored.heads_kept_in
    lines = [
        f"Restored {sum(restored.rows.values()):,} rows of {made_at(backup.about)}.",
        _ENDED,
        *keys,
        *chains,
        *([f"The heads of the chains before the restore are in {kept}."] if kept else []),
    ]
    values = {
        "MadeAt": backup.about["made_at"],
        "Rows": restored.rows,
        "KeysOut": restored.keys_out,
        "Chains": {
            str(tenant_id): fault._asdict() if fault else None
            for tenant_id, fault in restored.faults.items()
        },
        "HeadsKeptIn": str(kept) if kept else None,
    }
    command.tell(given, "\n".join(lines), values)


def print_later(command: Any, given: Namespace, backup: Backup, later: Later) -> None:
    """Print what happened after the backup, what takes access away first."""
    listed = [event for event in later.known if is_listed(event)]
    with_tenant = len(backup.about["tenants"]) > 1
    if given.json:
        for event in listed:
            command.print_json(again_values(event, with_tenant=with_tenant))
    else:
        first = [event for event in listed if takes_away(event)]
        others = [event for event in listed if not takes_away(event)]
        _print(
            command, "Works again although it was taken away. Do this first:", first, with_tenant
        )
        _print(
            command,
            "Also happened after the backup; do again what is still needed:",
            others,
            with_tenant,
        )
        if not later.last:
            command.stdout.write("No event after the backup is known here.")
    names = {one["id"]: one["name"] for one in backup.about["tenants"]}
    for tenant_id, number in later.unknown(backup.heads()).items():
        name = names.get(str(tenant_id), str(tenant_id))
        values = {"TenantId": str(tenant_id), "UnknownEvents": number}
        command.tell(given, _UNKNOWN.format(name=name, number=number), values)


def _print(command: Any, title: str, events: list[LaterEvent], with_tenant: bool) -> None:
    if events:
        lines = [again_line(event, with_tenant=with_tenant) for event in events]
        command.stdout.write(harmless("\n".join([title, *lines])))
