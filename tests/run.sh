#!/bin/sh
# Runs the tests on SQLite and, at the same time, those that are not for one_database alone on a temporary
# PostgreSQL, whose output comes at the end. No test is skipped, and both halves always run. The last
# lines list every test that failed, as does the file FAILED_TESTS, if set. SWEEPS=1 runs the tests marked
# as sweeps, and only them. Arguments go to pytest, for example test files.
set -eu
cd "$(dirname "$0")/.."

tests/tools.sh

unset DATABASE_URL
unset PYTHONDONTWRITEBYTECODE # so that all processes share compiled files
PREPARED_FOLDER=$(mktemp -d /tmp/portal-prepared-XXXXXX) # what the processes of both halves share
export PREPARED_FOLDER
trap 'rm -rf "$PREPARED_FOLDER"' EXIT
trap 'exit 130' INT TERM
# tests/run.py sets the order: file by file, slow ones first.
selected=$#
sweeps=${SWEEPS:-0}
set -- -q --dist loadfile --no-loadscope-reorder --durations 10 --durations-min 20 "$@"
failed=${FAILED_TESTS:-$(mktemp)}
: >"$failed"
cores=$(nproc)
output=$(mktemp)

# A sweep is one on both databases, or on the one that its mark names.
marked() { # OTHER-DATABASE: the tests to run on this one, by their markers
  if [ "$sweeps" = 1 ]; then
    echo "sweep and not sweep(on='$1')"
  else
    echo "not sweep or sweep(on='$1')"
  fi
}

on() { # DATABASE COMMAND...: runs one half; tests/run.py appends failed tests to the file
  database=$1
  shift
  echo "On $database:"
  ended=0
  FAILED_TESTS="$failed" DATABASE_NAME="$database" "$@" || ended=$?
  [ "$ended" != 5 ] || [ "$selected$sweeps" = 00 ] || ended=0 # no selected test is for this half
  [ "$ended" -lt 2 ] || echo "$database: pytest ended with status $ended" >>"$failed"
  return "$ended"
}

# Three processes per core: many tests mostly wait for servers, browsers and disks. Both halves take
# about as long with two thirds of the processes for SQLite.
# Ctrl-C stops both.
status=0
on PostgreSQL env --default-signal=INT \
  tests/with_postgresql.sh .venv/bin/pytest -n "$cores" -m "($(marked sqlite)) and (both_databases or not one_database)" "$@" >"$output" 2>&1 &
postgresql=$!
on SQLite .venv/bin/pytest -n $((cores * 2)) -m "($(marked postgresql)) and not postgresql" "$@" || status=1
wait "$postgresql" || status=1
cat "$output" "$failed"
rm "$output"
[ -n "${FAILED_TESTS:-}" ] || rm "$failed"
exit "$status"
