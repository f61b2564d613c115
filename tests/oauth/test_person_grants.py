"""Tokens for a person who signed in: AUT-2, AUT-3 and AUT-9, through both entrances."""

from typing import Any

import jwt
import pytest
from django.test import override_settings

from clients_app import conf
from clients_app.models import Authorization, AuthorizationCode, RefreshToken, SigningKey
from clients_app.services.signing_keys.public_keys import read_key_set
from tests.oauth.people import EVERYTHING, People, claims

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere


def verified(id_token: str, client_id: str) -> dict[str, Any]:
    kid = jwt.get_unverified_header(id_token)["kid"]
    key = read_key_set().by_kid[kid]
    return jwt.decode(id_token, key.key, algorithms=[key.algorithm_name], audience=client_id)


@pytest.mark.parametrize("name", ["public", "hybrid"])
def test_code_gets_tokens_about_the_person(people: People, name: str):
    client = getattr(people, name)
    answer = people.signed_in(client)

    token = claims(answer["access_token"])
    one = Authorization.objects.get()
    assert token["sub"] == str(people.person.pk)
    assert (token["client_id"], token["aud"]) == (client.id, people.api.identifier)
    assert token["scope"] == "read"  # an API does not get to know the person
    assert token["roles"] == ["Tenant Member", "Tenant Viewer"]
    assert token["authorization_id"] == str(one.pk)
    assert ("cred" in token) == (name == "hybrid")
    assert set(answer["scope"].split()) == set(EVERYTHING.split())
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    assert answer["refresh_token"].startswith("prt_")
    assert one.last_token_at is not None


def test_id_token_says_who_signed_in_when_and_how(people: People):
    answer = people.signed_in()

    header = jwt.get_unverified_header(answer["id_token"])
    token = verified(answer["id_token"], people.public.id)
    assert header["typ"] == "JWT"
    assert token["iss"] == conf.issuer()
    assert (token["sub"], token["tid"]) == (str(people.person.pk), str(people.tenant.pk))
    assert token["exp"] - token["iat"] == 3600
    assert (token["nonce"], token["amr"]) == ("n-1", ["pwd", "otp"])
    assert token["auth_time"] <= token["iat"]
    assert (token["name"], token["preferred_username"]) == ("Ann Heron", "ann")
    assert token["email"] == "ann@herons.example"
    assert token["role_type"] == sorted(
        str(role.role_type_id) for role in people.person.roles.all()
    )
    digest = jwt.PyJWS().get_algorithm_by_name("RS256").compute_hash_digest
    half = digest(answer["access_token"].encode())[:16]
    assert token["at_hash"] == jwt.utils.base64url_encode(half).decode()


def test_id_token_has_only_what_the_scopes_say(people: People):
    answer = people.signed_in(scope="openid")

    assert not {"name", "preferred_username", "email"} & set(claims(answer["id_token"]))
    assert answer["scope"] == "openid"
    assert "refresh_token" not in answer


def test_code_without_openid_gets_no_id_token(people: People):
    answer = people.signed_in(scope="read")

    assert "id_token" not in answer
    assert (claims(answer["access_token"])["scope"], answer["scope"]) == ("read", "read")


def test_identity_scopes_alone_get_a_token_for_userinfo_only(people: People):
    answer = people.signed_in(scope="openid email")

    token = claims(answer["access_token"])
    assert (token["aud"], token["scope"]) == (conf.public_url(), "email openid")
    assert people.userinfo(answer["access_token"]).json() == {
        "sub": str(people.person.pk),
        "email": "ann@herons.example",
    }


def test_token_for_the_built_in_api_has_the_identity_scopes_too(people: People):
    answer = people.signed_in(scope="openid profile api")

    token = claims(answer["access_token"])
    assert (token["aud"], token["scope"]) == (conf.token_audience(), "api openid profile")
    with override_settings(TOKEN_AUDIENCE="urn:example:ours"):
        answer = people.signed_in(scope="openid profile api")
        assert claims(answer["access_token"])["aud"] == "urn:example:ours"
        assert people.userinfo(answer["access_token"]).json()["name"] == "Ann Heron"


def test_origin_names_the_built_in_api_if_its_identifier_is_another(people: People):
    """RES-9: a token for the portal itself; without ``resource`` the aud is TOKEN_AUDIENCE."""
    with override_settings(TOKEN_AUDIENCE="urn:example:ours"):
        named = people.redeem(people.code(scope="openid api"), resource=conf.public_url()).json()
        other = people.redeem(people.code(scope="openid api")).json()

    assert claims(named["access_token"])["aud"] == conf.public_url()
    assert claims(other["access_token"])["aud"] == "urn:example:ours"


def test_only_digests_are_stored(people: People, dump_of_every_table: Any):
    code = people.code()
    first = people.redeem(code).json()
    second = people.refresh(first["refresh_token"]).json()

    dump = dump_of_every_table()
    for plain in (code, first["refresh_token"], second["refresh_token"], "session-key"):
        assert plain not in dump
        assert plain[4:24] not in dump


def test_refresh_token_gets_the_next_one_and_an_id_token_without_nonce(people: People):
    first = people.signed_in()
    second = people.refresh(first["refresh_token"]).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert set(second["scope"].split()) == set(EVERYTHING.split())
    token = verified(second["id_token"], people.public.id)
    before = claims(first["id_token"])
    assert "nonce" not in token
    assert (token["sub"], token["auth_time"]) == (before["sub"], before["auth_time"])
    access = claims(second["access_token"])
    assert access["authorization_id"] == claims(first["access_token"])["authorization_id"]
    assert access["jti"] != claims(first["access_token"])["jti"]


def test_refresh_can_narrow_scopes_and_the_next_one_has_all_again(people: People):
    """RFC 6749 section 6."""
    narrowed = people.refresh(people.signed_in()["refresh_token"], scope="openid read").json()

    assert narrowed["scope"] == "openid read"
    assert claims(narrowed["access_token"])["scope"] == "read"
    whole = people.refresh(narrowed["refresh_token"]).json()
    assert set(whole["scope"].split()) == set(EVERYTHING.split())


def test_refresh_narrowed_to_the_person_gets_a_token_for_userinfo(people: People):
    narrowed = people.refresh(people.signed_in()["refresh_token"], scope="openid").json()

    assert claims(narrowed["access_token"])["aud"] == conf.public_url()
    assert people.userinfo(narrowed["access_token"]).status == 200


@pytest.mark.parametrize("named", ["resource", "audience"])
def test_resource_at_the_token_endpoint_may_name_the_same_api(people: People, named: str):
    """RFC 8707 section 2.2."""
    same = {named: people.api.identifier}
    answer = people.redeem(people.code(resource=people.api.identifier), **same).json()

    assert claims(answer["access_token"])["aud"] == people.api.identifier
    again = people.refresh(answer["refresh_token"], **same).json()
    assert claims(again["access_token"])["aud"] == people.api.identifier


@pytest.mark.both_databases
def test_token_has_the_roles_that_the_person_has_at_that_moment(people: People):
    first = people.signed_in()
    people.person.roles.remove(people.person.roles.get(name="Tenant Viewer"))

    second = people.refresh(first["refresh_token"]).json()
    assert claims(second["access_token"])["roles"] == ["Tenant Member"]
    assert people.introspected(first["access_token"])["roles"] == ["Tenant Member"]


@pytest.mark.both_databases
def test_client_without_the_switch_gets_no_refresh_token(people: People):
    people.public.row.allow_refresh_token = False
    people.public.row.save()

    answer = people.signed_in()
    assert "refresh_token" not in answer
    assert "offline_access" not in answer["scope"]
    assert not RefreshToken.objects.exists()


def test_scope_in_a_code_request_means_nothing(people: People):
    """RFC 6749 section 4.1.3 has none; some libraries send it."""
    reply = people.redeem(people.code(scope="openid read"), scope="everything else")

    assert reply.json()["scope"] == "openid read"


def test_failed_redemption_leaves_the_code_to_who_can_redeem_it(people: People):
    code = people.code()
    assert people.redeem(code, code_verifier="x" * 43).status == 400

    assert AuthorizationCode.objects.get().used_at is None
    assert people.redeem(code).status == 200


def test_code_is_not_used_while_the_server_cannot_sign(people: People):
    code, keys = people.code(), SigningKey.objects.all()
    keys.update(state="retired")
    assert people.redeem(code).status == 503

    keys.update(state="active")
    assert people.redeem(code).status == 200


def test_log_of_tokens_names_no_person_and_nothing_that_works(
    people: People, settings: Any, caplog: pytest.LogCaptureFixture
):
    """LOG-1, LOG-3."""
    settings.LOG_TOKENS = True
    caplog.set_level("INFO")
    code = people.code()
    answer = people.redeem(code).json()
    people.redeem(code)
    people.refresh(answer["refresh_token"])

    assert "secret none, scope read" in caplog.text
    for text in (code, answer["refresh_token"], answer["access_token"], "Ann", "ann@"):
        assert text not in caplog.text
