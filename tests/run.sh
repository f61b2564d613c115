#!/bin/sh
# Runs all tests on SQLite, then those that are not marked one_database on a temporary PostgreSQL.
# No test is skipped, and the second half always runs. The last lines list every test that failed,
# as does the file FAILED_TESTS, if set. Arguments go to pytest, for example test files.
set -eu
cd "$(dirname "$0")/.."

has_chromium() {
  command -v chromium || command -v chromium-browser || command -v google-chrome
}
has_postgresql() { command -v pg_ctl || ls /usr/lib/postgresql/*/bin/pg_ctl; }
has_njs() { command -v nginx && ls /usr/lib/nginx/modules/ngx_http_js_module.so; }
has_redis() { command -v redis-server; }
has_npm() { command -v node && command -v npm; }
has_go() { command -v go && ls /usr/share/gocode/src/golang.org/x/oauth2/clientcredentials; }
has_java() { command -v javac && ls /usr/share/java/jackson-databind.jar; }
complete() {
  has_chromium && has_postgresql && has_njs && has_npm && has_go && has_java && has_redis &&
    command -v curl && command -v faketime
}

if ! complete >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing Chromium, PostgreSQL, nginx, Redis, Node, Go and Java ...' >&2
    packages='chromium fonts-liberation postgresql curl faketime nginx libnginx-mod-http-js redis-server'
    packages="$packages golang-go golang-golang-x-oauth2-dev default-jdk-headless libjackson2-databind-java"
    has_npm >/dev/null 2>&1 || packages="$packages nodejs npm" # the npm of Debian conflicts with others
    apt-get update -qq
    # shellcheck disable=SC2086 # split into words
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $packages >&2
  fi
fi
if ! complete >/dev/null 2>&1; then
  echo 'The tests need Chromium, PostgreSQL, curl, faketime, nginx with njs, Redis, Node and npm, Go and Java; install' \
    'them, for example with `apt-get install' \
    'chromium postgresql curl faketime nginx libnginx-mod-http-js redis-server nodejs npm' \
    'golang-go golang-golang-x-oauth2-dev default-jdk-headless libjackson2-databind-java`.' >&2
  exit 1
fi

# The Chromium shell without windows takes a third less time; the full one works as well.
if ! command -v chromium-headless-shell >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium-headless-shell; } \
    >/dev/null 2>&1 || true
fi

unset DATABASE_URL
unset PYTHONDONTWRITEBYTECODE # so that all processes share compiled files
# Two per core: many tests mostly wait for servers, browsers and disks.
PYTEST_XDIST_AUTO_NUM_WORKERS=$(($(nproc) * 2))
export PYTEST_XDIST_AUTO_NUM_WORKERS
# tests/conftest.py sets the order: file by file, slow ones first.
selected=$#
set -- -q -n auto --dist loadfile --no-loadscope-reorder "$@"
failed=${FAILED_TESTS:-$(mktemp)}
: >"$failed"
status=0

on() { # on DATABASE COMMAND...: runs one half; tests/conftest.py appends failed tests to the file
  database=$1
  shift
  echo "On $database:"
  ended=0
  FAILED_TESTS="$failed" DATABASE_NAME="$database" "$@" || ended=$?
  [ "$ended" != 5 ] || [ "$selected" = 0 ] || ended=0 # no selected test is for this half
  [ "$ended" = 0 ] || status=1
  [ "$ended" -lt 2 ] || echo "$database: pytest ended with status $ended" >>"$failed"
}

on SQLite .venv/bin/pytest "$@"
on PostgreSQL tests/with_postgresql.sh .venv/bin/pytest -m 'not one_database' "$@"
cat "$failed"
[ -n "${FAILED_TESTS:-}" ] || rm "$failed"
exit "$status"
