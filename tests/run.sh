#!/bin/sh
# Runs every test twice: on SQLite, and on a PostgreSQL of its own. Nothing is skipped.
set -eu
cd "$(dirname "$0")/.."

has_chromium() {
  command -v chromium || command -v chromium-browser || command -v google-chrome
}
has_postgresql() { command -v pg_ctl || ls /usr/lib/postgresql/*/bin/pg_ctl; }
complete() { has_chromium && has_postgresql; }

if ! complete >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing Chromium and PostgreSQL ...' >&2
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-liberation postgresql >&2
  fi
fi
if ! complete >/dev/null 2>&1; then
  echo 'The tests need Chromium and PostgreSQL; install them, for example with' \
    '`apt-get install chromium postgresql`.' >&2
  exit 1
fi

unset DATABASE_URL
# Twice as many as cores: many tests wait for servers and browsers most of the time.
PYTEST_XDIST_AUTO_NUM_WORKERS=$((2 * $(nproc)))
export PYTEST_XDIST_AUTO_NUM_WORKERS
echo 'On SQLite:'
.venv/bin/pytest -q -n auto --dist loadfile "$@"
echo 'On PostgreSQL:'
tests/with_postgresql.sh .venv/bin/pytest -q -n auto --dist loadfile "$@"
