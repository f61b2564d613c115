.DEFAULT_GOAL := help
.PHONY: help run test steady check audit bench lists soak faults ui-report format lock

help:
	@echo 'make run     serve the portal at http://localhost:8000; the README says what can be set'
	@echo 'make test    check, then run all tests on SQLite and on PostgreSQL, browser included'
	@echo 'make steady  run the tests again and again, on a busy machine and at other hours (RUNS, BUSY, HOURS, TESTS)'
	@echo 'make check   format, lint, types, templates, import contracts, migrations, settings'
	@echo 'make audit   ask PyPI for known faults of the pinned packages (needs the network)'
	@echo 'make bench   measure the token endpoint (PARTS, CLIENTS, ROUNDS, DURATION); docs/performance.md'
	@echo 'make lists   measure each state of the list of 50,000 clients on SQLite and PostgreSQL'
	@echo 'make soak    ten minutes (DURATION) at full load: does memory stay flat?'
	@echo 'make faults  eight minutes: rotate the signing keys under foreign verifiers that cache'
	@echo 'make ui-report  how quick the screens are in Chromium with 50,000 clients (CLIENTS, ROUNDS, PARTS)'
	@echo 'make format  format the code'
	@echo 'make lock    pin what pyproject.toml asks for, by hash; UPGRADE=--upgrade: the newest'

run:
	@deploy/environment.sh requirements.lock
	@exec .venv/bin/python manage.py serve

test: check
	@tests/run.sh

steady:
	@deploy/environment.sh tests/requirements.lock
	@.venv/bin/python -m tests.steady

check:
	@deploy/environment.sh tests/requirements.lock
	@tests/check.sh

audit:
	@deploy/environment.sh tests/requirements.lock
	@.venv/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock

bench:
	@deploy/environment.sh tests/requirements.lock
	@.venv/bin/python -m tests.bench

lists:
	@deploy/environment.sh tests/requirements.lock
	@echo 'On SQLite: state, reads, page (ms)'
	@env -u DATABASE_URL .venv/bin/python -m tests.bench.lists
	@echo 'On PostgreSQL: state, reads, page (ms)'
	@tests/with_postgresql.sh .venv/bin/python -m tests.bench.lists

soak:
	@deploy/environment.sh tests/requirements.lock
	@.venv/bin/python -m tests.bench.soak

faults:
	@deploy/environment.sh tests/requirements.lock
	@tests/verifiers/run.sh

ui-report:
	@deploy/environment.sh tests/requirements.lock
	@.venv/bin/python -m tests.bench.ui_report

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
