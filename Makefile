.DEFAULT_GOAL := help
.PHONY: help run test sweeps steady check tools audit bench lists soak faults mutants ui-report scan format lock image

help:
	@echo 'make run        serve the portal at http://localhost:8000 (settings: docs/operations.md)'
	@echo 'make test       run all checks, then all quick tests on SQLite and PostgreSQL, in a real browser'
	@echo 'make sweeps     run the tests that take long and have a quicker one of their kind in make test'
	@echo 'make steady     repeat the tests, also on a busy machine and at other hours (RUNS, BUSY, HOURS, TESTS)'
	@echo 'make check      check format, lint, types, templates, import contracts, migrations and settings'
	@echo 'make audit      check the pinned packages for known vulnerabilities (needs the network)'
	@echo 'make bench      measure the token endpoint and the REST API (PARTS, CLIENTS, ROUNDS, DURATION); docs/performance.md'
	@echo 'make lists      measure each view of a list of 50,000 clients on SQLite and PostgreSQL'
	@echo 'make soak       check that memory stays flat: ten minutes (DURATION) at full load'
	@echo 'make faults     break what surrounds the portal (PARTS), then check and rotate under third-party software'
	@echo 'make mutants    change the core in one place at a time: do the tests notice (SAMPLE, SEED, PROCESSES)'
	@echo 'make ui-report  measure the screens in Chromium with 50,000 clients (CLIENTS, ROUNDS, PARTS)'
	@echo 'make scan       attack the REST API with schemathesis (EXAMPLES), the pages with wapiti (SECONDS); docs/scan.md'
	@echo 'make image      build the container image and run it, as root, with podman of Debian (OPTIONS)'
	@echo 'make format     format the code'
	@echo 'make lock       pin the dependencies of pyproject.toml by hash (UPGRADE=--upgrade: the newest versions)'

run:
	@deploy/environment.sh requirements.lock
	@exec .venv/bin/python manage.py serve

test:
	@$(MAKE) --no-print-directory -j2 check tools
	@tests/run.sh

sweeps:
	@deploy/environment.sh tests/requirements.lock
	@SWEEPS=1 tests/run.sh

steady:
	@deploy/environment.sh tests/requirements.lock
	@.venv/bin/python -m tests.steady

check:
	@deploy/environment.sh tests/requirements.lock
	@tests/check.sh

tools:
	@tests/tools.sh

audit:
	@deploy/environment.sh tests/requirements.lock
	@.venv/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock

bench:
	@deploy/environment.sh tests/requirements.lock
	@.venv/bin/python -m tests.bench

lists:
	@deploy/environment.sh tests/requirements.lock
	@status=0; \
	echo 'SQLite: view, reads, page (ms)'; \
	env -u DATABASE_URL .venv/bin/python -m tests.bench.lists || status=1; \
	echo 'PostgreSQL: view, reads, page (ms)'; \
	tests/with_postgresql.sh .venv/bin/python -m tests.bench.lists || status=1; \
	exit $$status

soak:
	@deploy/environment.sh tests/requirements.lock
	@.venv/bin/python -m tests.bench.soak

faults:
	@deploy/environment.sh tests/requirements.lock
	@.venv/bin/python -m tests.outages
	@[ -n "$(PARTS)" ] || tests/verifiers/run.sh

mutants:
	@deploy/environment.sh tests/requirements.lock
	@env -u DATABASE_URL .venv/bin/python -m tests.mutants

ui-report:
	@deploy/environment.sh tests/requirements.lock
	@.venv/bin/python -m tests.bench.ui_report

scan:
	@deploy/environment.sh tests/requirements.lock
	@env -u DATABASE_URL .venv/bin/python -m tests.scan
	@env -u DATABASE_URL .venv/bin/python -m tests.scan_pages

image:
	@tests/image.sh

format:
	@deploy/environment.sh tests/requirements.lock
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links $(UPGRADE) pyproject.toml

lock:
	@deploy/environment.sh tests/requirements.lock
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) --group dev -c requirements.lock -o tests/requirements.lock
