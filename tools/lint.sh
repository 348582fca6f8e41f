#!/usr/bin/env bash
# Every check that runs no code of ours under test. Runs all of them, then fails if any failed.
set -uo pipefail
bin="${1:-.venv/bin}"
failed=()

check() {
    local name="$1"
    shift
    echo "== $name"
    "$@" || failed+=("$name")
}

# What a production machine would set; the values are of no use anywhere else.
production() {
    env -i PATH="$PATH" HOME="${HOME:-/tmp}" ENV_FILE= VAR_DIR="$scratch" ENVIRONMENT=production \
        SECRET_KEY="$(printf 'lint%.0sA7' {1..20})" FIELD_ENCRYPTION_KEYS="$(printf 'A%.0s' {1..43})=" \
        ALLOWED_HOSTS=portal.example.org SITE_URL=https://portal.example.org \
        DATABASE_URL=postgres://lint:lint@127.0.0.1/lint REDIS_URL=redis://127.0.0.1:6379/0 \
        EMAIL_URL=smtp+tls://lint:lint@mail.example.org:587 \
        PYTHONPATH=deploy/examples SMS_BACKEND=city_sms.Gateway SMS_GATEWAY_URL=https://sms.example.org SMS_GATEWAY_TOKEN=none "$@"
}

local_settings() {
    env -i PATH="$PATH" HOME="${HOME:-/tmp}" ENV_FILE= VAR_DIR="$scratch" DEBUG=true "$@"
}

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

check "ruff check" "$bin/ruff" check --quiet .
check "ruff format" "$bin/ruff" format --check --quiet .
check "templates are formatted" "$bin/djangofmt" --check templates
check "scripts and styles are formatted" "$bin/oxfmt" --check static
check "mypy" local_settings "$bin/python" -m mypy
check "import contract" local_settings "$bin/lint-imports" --no-cache
check "migrations are complete" local_settings "$bin/python" manage.py makemigrations --check --dry-run
check "deployment checks" production "$bin/python" manage.py check --deploy --fail-level WARNING
check "census" "$bin/python" -m tools.census

if [ ${#failed[@]} -gt 0 ]; then
    printf 'Failed: %s\n' "${failed[@]}" >&2
    exit 1
fi
echo "All checks passed."
