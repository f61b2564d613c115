#!/bin/sh
# Rotates the secret of a client by its own token, and hands the new one to a command, on standard input:
#
#   sh rotate.sh gh secret set CLIENT_SECRET
#
# It needs curl and jq, and PORTAL, CLIENT_ID and CLIENT_SECRET. The switch "May rotate its own secrets" of
# the client must be on, and nothing else may use the client. The old secret works until the next run, so
# jobs that run now finish. If the new one cannot be stored, it is ended, and everything is as it was.
set -eu

fail() {
  printf '%s\n' "Not rotated: $1" >&2
  exit 1
}
answer=$(printf 'user = "%s:%s"\n' "$CLIENT_ID" "$CLIENT_SECRET" |
  curl -sS --fail-with-body -K - -d grant_type=client_credentials --data-urlencode "resource=$PORTAL" \
    "$PORTAL/identity/connect/token") || fail "$answer"
token=$(printf '%s' "$answer" | jq -r .access_token)
claims=$(printf '%s' "$token" | jq -R 'split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | @base64d | fromjson')
tenant=$(printf '%s' "$claims" | jq -r .tid)
used=$(printf '%s' "$claims" | jq -r .cred)

call() { # PATH OPTIONS...: calls the REST API below the secrets of the client
  path=$1 && shift
  printf 'header = "Authorization: Bearer %s"\n' "$token" |
    curl -sS --fail-with-body -K - "$@" "$PORTAL/api/v1/Tenants/$tenant/ClientCredentialClients/$CLIENT_ID/Secrets$path"
}

known=$(call '') || fail "$known"
for id in $(printf '%s' "$known" | jq -r --argjson used "$used" '.[] | select(.Id != $used) | .Id'); do
  call "/$id" -X DELETE || fail "secret $id is still there"
done
ends=$(printf '%s' "$known" | jq -c --argjson used "$used" \
  '{OldSecretEnds: (.[] | select(.Id == $used) | .Expiration // (now + 3600 * 86400 | todate))}')
new=$(call "/$used/Rotate" -H 'Content-Type: application/json' -d "$ends") || fail "$new"
printf '%s' "$new" | jq -j .Secret | "$@" || {
  call "/$(printf '%s' "$new" | jq -r .Id)" -X DELETE
  fail "the new secret was not stored."
}
