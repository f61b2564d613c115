#!/bin/sh
# Runs the tests twice: all on SQLite; on a PostgreSQL of its own all but those marked one_database.
# Nothing is skipped.
set -eu
cd "$(dirname "$0")/.."

has_chromium() {
  command -v chromium || command -v chromium-browser || command -v google-chrome
}
has_postgresql() { command -v pg_ctl || ls /usr/lib/postgresql/*/bin/pg_ctl; }
has_njs() { command -v nginx && ls /usr/lib/nginx/modules/ngx_http_js_module.so; }
has_npm() { command -v node && command -v npm; }
complete() {
  has_chromium && has_postgresql && has_njs && has_npm && command -v curl && command -v faketime
}

if ! complete >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing Chromium, PostgreSQL, nginx and Node ...' >&2
    packages='chromium fonts-liberation postgresql curl faketime nginx libnginx-mod-http-js'
    has_npm >/dev/null 2>&1 || packages="$packages nodejs npm" # npm of Debian will not join others
    apt-get update -qq
    # shellcheck disable=SC2086 # words, not one
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $packages >&2
  fi
fi
if ! complete >/dev/null 2>&1; then
  echo 'The tests need Chromium, PostgreSQL, curl, faketime, nginx with njs, Node and npm; install' \
    'them, for example with `apt-get install' \
    'chromium postgresql curl faketime nginx libnginx-mod-http-js nodejs npm`.' >&2
  exit 1
fi

# Chromium without its windows does with a third less time; with them it does as well.
if ! command -v chromium-headless-shell >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium-headless-shell; } \
    >/dev/null 2>&1 || true
fi

unset DATABASE_URL
unset PYTHONDONTWRITEBYTECODE # what is compiled once serves all processes
# Two for each core: many tests wait for servers, browsers and disks most of the time.
PYTEST_XDIST_AUTO_NUM_WORKERS=$(($(nproc) * 2))
export PYTEST_XDIST_AUTO_NUM_WORKERS
# tests/conftest.py has the order: files in turn, those that take long first.
set -- -q -n auto --dist loadfile --no-loadscope-reorder "$@"
echo 'On SQLite:'
.venv/bin/pytest "$@"
echo 'On PostgreSQL:'
tests/with_postgresql.sh .venv/bin/pytest -m 'not one_database' "$@"
