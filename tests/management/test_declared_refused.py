"""`manage.py plan` and `apply`: files and arguments that they refuse."""

from collections.abc import Callable

import pytest

from clients_app.models import Client, Tenant
from tests.factories import make_client, make_tenant
from tests.management.conftest import CommandResult, Run

DEEP = "Line 1: nest at most 20 levels of lists and fields."
TAGGED = "Line 2: leave out tags, which begin with !."
NO_NUMBER = "Line 1: write a number in plain digits, a text in quotes."
SHAPES = {
    "": "Begin the file with roles, apis or clients, each a list.",
    "[": "Line 2: did not find expected node content.",
    "clients: 1": "Line 1: clients: enter a list.",
    "clients: [1]": "Line 1: clients 1: enter fields, such as name.",
    "clients: [{}]": "Line 1: clients 1: name: enter it.",
    "client: []": "Line 1: client: there is no such field.",
    "version: 2": "Line 1: version: enter 1.",
    "clients: [{name: 1}]": "Line 1: clients 1: name: enter a text: put it in quotes.",
    "clients: [{name: a, enabled: 1}]": "Line 1: clients 1 (a): enabled: enter true or false.",
    "clients: [{name: a, token_lifetime: 1.5}]": (
        "Line 1: clients 1 (a): token_lifetime: enter a whole number."
    ),
    "clients: [{name: a, tags: [1]}]": "Line 1: clients 1 (a): tags: enter a list of texts.",
    "clients: [{name: a, secret: x}]": "Line 1: clients 1 (a): secret: there is no such field.",
    "clients: [{name: a, type: []}]": (
        "Line 1: clients 1 (a): type: enter client-credentials | authorization-code | hybrid."
    ),
    "clients: [{name: a}, {name: A}]": "Line 1: clients 2 (A): clients 1 (a) has the same name.",
    "roles: [{name: a}, {name: a}]": "Line 1: roles 2 (a): roles 1 (a) has the same name.",
    "clients: [{name: a, name: b}]": "Line 1: name comes twice.",
    "roles: []\nroles: []": "Line 2: roles comes twice.",
    "clients:\n- name: a\n  tags: 1\n- 2\n- name: b\n  colour: red": (
        "Line 3: clients 1 (a): tags: enter a list of texts.\n"
        "Line 1: clients 2: enter fields, such as name.\n"
        "Line 6: clients 3 (b): colour: there is no such field."
    ),
    "clients:\n- {name: a, name: b}\n": "Line 2: name comes twice.",
    "clients:\n- name: a\n\ttags: []": ("Line 3: found a tab character that violates indentation."),
    "clients:\n- {<<: {name: a}}": "Line 2: begin each field with its name.",
    "clients: [{name: yes}]": "Line 1: clients 1: name: enter a text: put it in quotes.",
    "clients: [{name: 2027-01-01}]": "Line 1: put a date in quotes.",
    "clients: [{name: 2027-13-45}]": "Line 1: put a date in quotes.",
    "clients: {? [a] : b}": "Line 1: begin each field with its name.",
    "clients: [{name: a, roles: {b: c}}]": "Line 1: clients 1 (a): roles: enter a list of texts.",
    "clients: [{name: a, token_lifetime: 1:00}]": NO_NUMBER,
    "clients: [{name: a, token_lifetime: 0600}]": NO_NUMBER,
    f"clients: [{{name: a, token_lifetime: {'9' * 5000}}}]": NO_NUMBER,
    "clients:\n- {name: é}\n- {name: '\0'}": "Line 3: YAML allows no control characters.",
    'clients: [{name: "\\ud800"}]': "Line 1: found invalid Unicode character escape code.",
    "\ufeffclients: 1": "Line 1: clients: enter a list.",
    "clients: [{name: a, may_call: {apis: {x: [1]}}}]": (
        "Line 1: clients 1 (a): may_call: enter built_in (true or false), default, and apis: "
        "Identifier: [scopes]."
    ),
    "clients: &a [{name: b}]\nroles: *a": "Line 2: write the values instead of an alias.",
    "clients:\n- !!python/object/apply:os.getcwd []": TAGGED,
    "clients:\n- {name: a, enabled: !!bool maybe}": TAGGED,
    "clients: !!set\n {a: !!float b}": "Line 1: leave out tags, which begin with !.",
    "clients: []\n---\nroles: []": "Line 2: but found another document.",
    "[" * 21 + "]" * 21: DEEP,
    "[" * 50_000 + "]" * 50_000: DEEP,
    "[" * 100_000: DEEP,
    "tenant: Contoso": "There is no tenant with the name or id Contoso.",
}


@pytest.mark.parametrize(("text", "said"), SHAPES.items(), ids=[text[:40] for text in SHAPES])
def test_file_of_the_wrong_shape_is_refused(
    tenant: Tenant, declared: Callable[..., CommandResult], text: str, said: str
) -> None:
    ended = declared("plan", text)

    assert (ended.status, ended.out) == (1, "")
    assert "Traceback" not in ended.error
    assert ended.error == f"{said}\n"


def test_wrong_arguments_of_plan_are_no_difference(run: Run, tenant: Tenant) -> None:
    assert run("plan").status == 1
    assert run("apply").status == 2
    assert run("plan", "/none.yaml").error == (
        "/none.yaml cannot be read (No such file or directory).\n"
    )


def test_file_for_another_tenant_is_refused(
    tenant: Tenant, declared: Callable[..., CommandResult]
) -> None:
    make_tenant("Contoso")

    ended = declared("apply", "tenant: Contoso\nroles: [{name: a}]", "--tenant", tenant.name)

    assert ended == (1, "", "The file is for the tenant Contoso.\n")


def test_file_gives_no_orders_to_the_terminal(
    tenant: Tenant, declared: Callable[..., CommandResult], run: Run
) -> None:
    """DEP-20: such as to clear it, or to show another name."""
    for command in ("plan", "apply"):
        refused = declared(command, r'clients: [{name: "\e[2JPump\u202e", "\x9b2J": 1}]')
        assert refused.status == 1
        assert refused.error == (
            r"Line 1: clients 1 (\x1b[2JPump\u202e): \x9b2J: there is no such field." + "\n"
        )
    assert r"name or id a\x07." in run("roles", "remove", "a\a").error


def test_plan_and_apply_name_all_problems_and_change_nothing(
    tenant: Tenant,
    run: Run,
    declared: Callable[..., CommandResult],
    dump_of_every_table: Callable[[], str],
) -> None:
    gone, other = make_client("Gone", tenant).client, make_client("Valve", tenant).client
    run("clients", "remove", str(gone.pk), "--confirm", "Gone")
    day = f"{Client.objects.get(pk=gone.pk).removed_at:%Y-%m-%d}"
    theirs = make_client("Theirs", make_tenant("Contoso")).client
    text = f"""
roles:
- {{name: Fine}}
- {{name: Tenant Viewer, description: mine}}
clients:
- {{id: {gone.pk}, name: Gone}}
- {{name: Valve, type: hybrid}}
- {{name: A, roles: [Nothing]}}
- {{name: B, may_call: {{apis: {{"https://none.example.com": []}}}}}}
- {{name: C, owners: [nobody]}}
- {{name: D, redirect_uris: [https://a.example]}}
- {{name: E, type: authorization-code, roles: [Fine]}}
- {{name: F, token_lifetime: 59}}
- {{id: {theirs.pk}, name: Theirs}}
- {{id: {other.pk}, name: Valve 2}}
- {{name: G, roles: [Tenant Administrator]}}
"""
    before = dump_of_every_table()

    plan, applied = (declared(name, text, "--tenant", tenant.name) for name in ("plan", "apply"))

    assert plan == applied
    assert (plan.status, plan.out, dump_of_every_table() == before) == (1, "", True)
    assert plan.error.splitlines() == [
        "Line 4: roles 2 (Tenant Viewer): name: Enter another name. This one looks like the "
        "built-in role Tenant Viewer.",
        f"Line 6: clients 1 (Gone): It was removed on {day}. Restore it with `manage.py "
        "clients restore`, or leave out id to add another client.",
        "Line 7: clients 2 (Valve): type: It is of type client-credentials. The type of a "
        "client never changes.",
        "Line 8: clients 3 (A): roles: There is no role named Nothing. Add it to roles.",
        "Line 9: clients 4 (B): may_call: There is no API with the Identifier "
        "https://none.example.com. Add it to apis.",
        "Line 10: clients 5 (C): owners: There is no person with the username nobody.",
        "Line 11: clients 6 (D): redirect_uris: This Client Type has no such URLs.",
        "Line 12: clients 7 (E): roles: Clients of this type do not have roles.",
        "Line 13: clients 8 (F): token_lifetime: Enter a whole number from 60 to 3600. The "
        "shortest Token Lifetime is 60 seconds (one minute).",
        "Line 14: clients 9 (Theirs): id: There is no client with this id. Leave out id to "
        "add one.",
        "Line 15: clients 10 (Valve 2): It is the same client as clients 2 (Valve).",
        "Line 16: clients 11 (G): roles: Confirm that G becomes a Tenant Administrator, or "
        "remove that role. (--confirm-administrator)",
    ]
