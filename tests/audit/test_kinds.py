"""Every action has a sentence and exactly one kind."""

import ast
import re
from pathlib import Path

import pytest

from clients_app.audit import Kind, actions_of, kind_of
from clients_app.audit.sentences import REFUSALS, SENTENCES

NAMED = re.compile(r"[a-z-]+(\.[a-z-]+)+")


def recorded_actions() -> set[str]:
    """Return every text that may be the action of an ``audit.record`` in the code.

    If the action is not a literal, every string of its function that looks like one counts.
    """
    found = set()
    for path in Path("clients_app").rglob("*.py"):
        tree = ast.parse(path.read_text())
        for function in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)):
            calls = [one for one in ast.walk(function) if is_record(one)]
            literal = [call.args[0] for call in calls if isinstance(call.args[0], ast.Constant)]
            found |= {str(one.value) for one in literal}
            if len(literal) < len(calls):
                texts = (one for one in ast.walk(function) if isinstance(one, ast.Constant))
                found |= {one.value for one in texts if NAMED.fullmatch(str(one.value))}
    return found


def is_record(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "record"
        and getattr(node.func.value, "id", "") == "audit"
        and bool(node.args)
    )


def test_every_recorded_action_has_a_sentence():
    actions = recorded_actions()

    assert {"client.added", "client.disabled", "activity.exported"} <= actions
    assert actions - set(SENTENCES) - set(REFUSALS) == set()


KINDS = {
    Kind.CLIENTS: ("client.added", "client.apis.changed"),
    Kind.SECRETS: ("client.secret.added",),
    Kind.ROLES: ("role.edited",),
    Kind.APIS: ("api.edited",),
    Kind.USERS: ("person.added",),
    Kind.SIGN_INS: ("person.signed.in", "sign-in.refused", "session.confirmed"),
    Kind.NOTICES: ("notice.sent",),
    Kind.SETTINGS: ("key.added", "channel.edited", "activity.exported"),
}


@pytest.mark.parametrize(
    ("action", "kind"), [(action, kind) for kind, actions in KINDS.items() for action in actions]
)
def test_action_has_its_kind(action: str, kind: Kind):
    assert kind_of(action) is kind
    assert action in actions_of(kind)


def test_each_action_has_one_kind_and_changes_exclude_sign_ins_and_notices():
    single = [kind for kind in Kind if kind is not Kind.CHANGES]
    of_kinds = [action for kind in single for action in actions_of(kind)]

    assert sorted(of_kinds) == sorted({*SENTENCES, *REFUSALS})
    others = {*actions_of(Kind.SIGN_INS), *actions_of(Kind.NOTICES)}
    assert set(actions_of(Kind.CHANGES)) == set(of_kinds) - others
    assert actions_of(Kind.REFUSED_TOKENS) == ()
