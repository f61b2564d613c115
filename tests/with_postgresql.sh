#!/bin/sh
# Runs a command with DATABASE_URL set to a temporary PostgreSQL, which stops with the command.
set -eu
# short: the path of a socket is limited to 107 characters
folder=$(mktemp -d "${POSTGRESQL_DISK:-/tmp}/portal-pg-XXXXXX")
bin=$(dirname "$(readlink -f "$(command -v pg_ctl || ls -d /usr/lib/postgresql/*/bin/pg_ctl | tail -n 1)")")

# PostgreSQL refuses to run as root.
as_owner() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  owner=$(id -un postgres 2>/dev/null || echo nobody)
  chown "$owner" "$folder"
  as_owner() { runuser -u "$owner" -- "$@"; }
fi

finish() {
  as_owner "$bin/pg_ctl" stop -D "$folder/data" -m immediate -s || true
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

cd "$folder"
as_owner "$bin/initdb" -D data -U portal -A trust -E UTF8 --no-locale --no-sync >initdb.log
as_owner "$bin/pg_ctl" start -D data -w -s -l "$folder/log" \
  -o "-k $folder -c listen_addresses='' -c fsync=off -c full_page_writes=off" || {
  cat "$folder/log" >&2
  exit 1
}
cd "$OLDPWD"
DATABASE_URL="postgres://portal@/postgres?host=$folder" "$@"
