#!/bin/sh
# Puts the tests' judges and a mail server from npm (tests/npm) into its node_modules, once for each lock file.
# Never fails: without them the tests that need them are left out, and the run says so.
cd "$(dirname "$0")/../tests/npm" || exit 0
installed=node_modules/.installed-lock.json
cmp -s package-lock.json $installed && exit 0

if ! command -v npm >/dev/null 2>&1; then
    echo "npm is not here, so axe-core, html-validate and mjml judge nothing, and Haraka is not tested (apt-get install nodejs npm)"
    exit 0
fi
echo "Fetching axe-core, html-validate, mjml and Haraka for the tests (once) ..."
if said=$(npm ci --omit=optional --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error \
    --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 --fetch-timeout=60000 2>&1); then
    cp package-lock.json $installed
else
    echo "$said" | head -n 4
    echo "npm could not fetch them, so they judge nothing in this run"
fi
