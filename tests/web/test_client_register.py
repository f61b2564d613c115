"""Add Client, step 2: saves client and secret together and shows the secret once."""

import pytest

from clients_app import conf
from clients_app.models import AuditEvent, Client, ClientSecret, Tenant, UsedFormKey
from clients_app.services.secrets.digests import digest_fits
from tests.factories import make_client
from tests.responses import HTMX, is_page, plain_secret_in, text_of, value_of

ADD = "/security/clients/add"
REGISTER = "/security/clients/register"


def test_add_shows_the_secret_once_and_keeps_only_a_digest(
    administrator_browser, draft, dump_of_every_table
):
    reply = administrator_browser.post(REGISTER, draft, headers=HTMX)

    plain = plain_secret_in(reply)
    client, secret = Client.objects.get(), ClientSecret.objects.get()
    assert reply.status_code == 200
    assert not is_page(reply)
    assert "Client Successfully Created" in text_of(reply)
    assert f">{client.pk}<" in text_of(reply)
    assert "no-store" in reply["Cache-Control"]
    assert reply["HX-Trigger"] == '{"clientCreated": {}}'
    assert "HX-Push-Url" not in reply or reply["HX-Push-Url"] == "false"
    assert digest_fits(plain, secret.digest)
    assert plain not in dump_of_every_table()
    assert plain not in str(reply.headers)
    for path in ("", "/secrets", "/activity"):
        assert plain not in text_of(
            administrator_browser.get(f"/security/clients/{client.pk}{path}")
        )


def test_add_saves_everything_typed(administrator_browser, draft):
    administrator_browser.post(REGISTER, draft)

    client, secret = Client.objects.get(), ClientSecret.objects.get()
    assert (client.name, client.token_lifetime_s) == ("Reservoir 3 gateway", 900)
    assert (client.description, client.contact) == ("Level and flow", "North district")
    assert [tag.name for tag in client.tags.all()] == ["reservoir", "north"]
    assert {role.name for role in client.roles.all()} == {"MyData.Role", "Tenant Member"}
    assert secret.description == "Firmware 4.2"
    assert secret.expires_at.strftime("%Y-%m-%d %H:%M") == draft["expiration"]


def test_add_without_javascript_answers_with_a_page(administrator_browser, draft):
    reply = administrator_browser.post(REGISTER, draft)

    assert reply.status_code == 200  # no redirect: the address does not change
    assert is_page(reply)
    assert "no-store" in reply["Cache-Control"]
    plain = plain_secret_in(reply)
    assert text_of(reply).split("<title>")[1].split("</title>")[0].count(plain) == 0


def test_snippets_contain_the_real_address_and_values(administrator_browser, draft):
    reply = administrator_browser.post(REGISTER, draft)

    text, plain = text_of(reply), plain_secret_in(reply)
    assert text.count(f"{conf.issuer()}/connect/token") == 9
    assert text.count(plain) == 4  # in its box, the command and the settings, nowhere else


def test_created_window_has_no_secret_in_attributes(administrator_browser, draft):
    reply = administrator_browser.post(REGISTER, draft)

    plain = plain_secret_in(reply)
    for part in text_of(reply).split(plain)[:-1]:
        assert part.rfind(">") > part.rfind("<")


def test_add_sent_twice_adds_once_and_shows_no_secret(administrator_browser, draft):
    first = administrator_browser.post(REGISTER, draft)
    again = administrator_browser.post(REGISTER, draft, headers=HTMX)

    client = Client.objects.get()
    assert again.status_code == 409
    assert "Already added. Its secret cannot be shown; add a new one." in text_of(again)
    assert str(client.pk) in text_of(again)
    assert f"/security/clients/{client.pk}/secrets/add" in text_of(again)
    assert plain_secret_in(first) not in text_of(again)
    assert ClientSecret.objects.count() == 1
    assert AuditEvent.objects.filter(action="client.added").count() == 1


@pytest.mark.both_databases
def test_form_key_of_another_person_does_not_match(administrator_browser, stranger_browser, draft):
    administrator_browser.post(REGISTER, draft)
    reply = stranger_browser.post(REGISTER, draft | {"roles": []})

    assert reply.status_code == 200
    assert UsedFormKey.objects.count() == 2


@pytest.mark.both_databases
@pytest.mark.parametrize("key", ["", "short", "x" * 65, "a b" * 10, "\x00" * 20])
def test_form_key_forged_is_replaced(administrator_browser, draft, key):
    reply = administrator_browser.post(REGISTER, draft | {"form_key": key})

    assert reply.status_code == 200
    assert len(UsedFormKey.objects.get().key) == 24


def test_add_with_a_name_taken_meanwhile_returns_to_step_1(administrator_browser, draft, tenant):
    assert administrator_browser.post(ADD, draft).status_code == 200
    make_client("reservoir 3 GATEWAY", tenant)
    reply = administrator_browser.post(REGISTER, draft, headers=HTMX)

    assert reply.status_code == 422
    assert "Step 1 of 2" in text_of(reply)
    assert "There is a client named Reservoir 3 gateway already." in text_of(reply)
    assert value_of("name", reply) == "Reservoir 3 gateway"
    assert value_of("secret_description", reply) == "Firmware 4.2"
    assert Client.objects.count() == 1


def test_add_in_a_full_tenant_is_explained_above_the_form(
    administrator_browser, draft, settings, machine
):
    settings.CLIENTS_PER_TENANT = 1
    reply = administrator_browser.post(REGISTER, draft)

    assert reply.status_code == 422
    assert "This tenant has 1 clients, the most it can have." in text_of(reply)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2020-01-01 10:00", "Enter a date and time in the future"),
        ("2999-01-01 10:00", "at most 10 years ahead"),
        ("31.01.2027", "Enter a date and time as YYYY-MM-DD hh:mm"),
        ("2027-02-30 10:00", "Enter another day: there is no 2027-02-30."),
        ("", "Enter a date and time as YYYY-MM-DD hh:mm"),
    ],
)
def test_add_with_an_invalid_expiration_is_explained_and_kept(
    administrator_browser, draft, typed, said
):
    reply = administrator_browser.post(REGISTER, draft | {"expiration": typed}, headers=HTMX)

    text = text_of(reply)
    assert reply.status_code == 422
    assert "<title>Error: Add Secret · Portal</title>" in text
    assert text.count(said) == 2
    assert value_of("expiration", reply) == typed
    assert value_of("name", reply) == "Reservoir 3 gateway"
    assert not Client.objects.exists()


def test_add_with_a_too_long_secret_description_is_refused(administrator_browser, draft):
    draft["secret_description"] = "x" * 201
    reply = administrator_browser.post(REGISTER, draft)

    assert reply.status_code == 422
    assert "201: 1 too many" in text_of(reply)
    assert value_of("secret_description", reply) == "x" * 201


def test_never_expires_ignores_the_date(administrator_browser, draft):
    draft |= {"never_expires": "on", "expiration": "nonsense"}
    reply = administrator_browser.post(REGISTER, draft)

    assert reply.status_code == 200
    assert ClientSecret.objects.get().expires_at is None


def test_expiration_is_in_the_time_zone_of_the_person(
    administrator_browser, administrator, draft, now
):
    administrator.time_zone = "Europe/Berlin"
    administrator.save(update_fields=["time_zone"])
    asked = administrator_browser.post(ADD, draft)
    administrator_browser.post(REGISTER, draft | {"expiration": f"{now.year + 1}-01-31 10:15"})

    assert "Times are in Europe/Berlin." in text_of(asked)
    assert ClientSecret.objects.get().expires_at.strftime("%H:%M") == "09:15"


def test_expiration_in_a_skipped_hour_is_refused(administrator_browser, administrator, draft):
    administrator.time_zone = "Europe/Berlin"
    administrator.save(update_fields=["time_zone"])
    reply = administrator_browser.post(REGISTER, draft | {"expiration": "2027-03-28 02:30"})

    assert reply.status_code == 422
    assert "skip 2027-03-28 02:30" in text_of(reply)


@pytest.mark.both_databases
def test_add_validates_step_1_again(administrator_browser, draft, stranger):
    theirs = stranger.tenant.roles.first()
    reply = administrator_browser.post(REGISTER, draft | {"roles": [str(theirs.pk)]})

    assert reply.status_code == 422
    assert not Client.objects.exists()


def test_add_with_a_forged_form_keeps_tenant_member(administrator_browser, draft):
    administrator_browser.post(REGISTER, draft | {"roles": []})

    assert [role.name for role in Client.objects.get().roles.all()] == ["Tenant Member"]


def test_register_address_reloaded_opens_step_1(administrator_browser):
    reply = administrator_browser.get(REGISTER)

    assert reply.status_code == 303
    assert reply["Location"] == ADD


def test_add_with_both_descriptions_invalid_marks_each_in_its_window(administrator_browser, draft):
    wrong = {"description": "d" * 501, "secret_description": "s" * 202}
    first = administrator_browser.post(REGISTER, draft | wrong, headers=HTMX)
    second = administrator_browser.post(
        REGISTER, draft | {"secret_description": "s" * 202}, headers=HTMX
    )

    assert (first.status_code, second.status_code) == (422, 422)
    assert 'id="id_description_error"' in text_of(first)
    assert "This text has 501: 1 too many." in text_of(first)
    assert 'id="id_secret_description_error"' in text_of(second)
    assert "This text has 202: 2 too many." in text_of(second)
    assert "id_description_error" not in text_of(second)
    assert not Client.objects.exists()


def test_add_against_a_policy_is_explained_in_the_secret_window(
    administrator_browser, administrator, draft
):
    Tenant.objects.filter(pk=administrator.tenant_id).update(secret_days_max=30)
    reply = administrator_browser.post(REGISTER, draft, headers=HTMX)

    assert reply.status_code == 422
    assert 'id="id_expiration_error"' in text_of(reply)
    assert "The policies of this tenant allow" in text_of(reply)
