#!/bin/sh
# Adds a client once, however often it runs, and hands its secret to a command, on standard input:
#
#   sh add_client.sh vault kv put -mount=secret pump secret=-
#
# It needs curl and jq, and PORTAL, TENANT, TOKEN (of a Tenant Administrator), CLIENT_ID (a GUID of your
# own, as uuidgen makes one) and NAME. The secret expires at EXPIRES, such as 2027-12-31T00:00:00Z, or
# never. No secret is an argument of a program, so `ps` shows none.
set -eu

body=$(jq -n '{Id: env.CLIENT_ID, Name: env.NAME, MayRotateOwnSecrets: true, SecretExpirationDate: env.EXPIRES}')
call() { # PATH OPTIONS...: calls the REST API; the last line of what it prints is the status
  path=$1 && shift
  printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" |
    curl -sS -K - -w '\n%{http_code}' "$@" "$PORTAL/api/v1/Tenants/$TENANT/ClientCredentialClients$path"
}

answer=$(call '' -H "Idempotency-Key: $CLIENT_ID" -H 'Content-Type: application/json' -d "$body")
status=${answer##*
}
if [ "$status" = 409 ]; then
  case $(call "/$CLIENT_ID" -o /dev/null) in
    *200)
      echo "There is this client already; its secret is not shown again." >&2
      exit 0
      ;;
  esac
fi
[ "$status" = 201 ] || {
  printf '%s\n' "Not added: $answer" >&2
  exit 1
}
printf '%s\n' "$answer" | sed '$d' | jq -j .Secret | "$@" || {
  echo "The client was added, but its secret was not stored: give it another one." >&2
  exit 1
}
