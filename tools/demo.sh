#!/bin/sh
# A whole month in a copy of the sample workspace. Nothing leaves this machine.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
demo="$here/build/demo"

run() {
    printf '\n\033[1m$ newsletter %s\033[0m\n' "$*"
    newsletter "$@"
}

rm -rf "$demo"
mkdir -p "$demo"
cd "$here"
cp -R newsletter.toml topics.toml summaries issues "$demo"
cp subscribers.example.csv "$demo/subscribers.csv"
cd "$demo"
XDG_STATE_HOME="$demo/state"
export XDG_STATE_HOME

run summaries --unused
# shellcheck disable=SC2046 # slugs hold no spaces
run compose 2026-12 $(newsletter summaries --unused --json | python -c '
import json, sys
print(*[each["slug"] for each in json.load(sys.stdin)][:3])')
run check 2026-12
run build 2026-12
run rehearse 2026-12

printf '\n\033[1mThat was a month.\033[0m Look at what came of it:\n'
printf '  the email      %s\n' "$demo/.newsletter/build/2026-12.html"
printf '  as plain text  %s\n' "$demo/.newsletter/build/2026-12.txt"
printf '  everybody'"'"'s    %s\n' "$demo/.newsletter/rehearsal/2026-12/mail/new/"
printf 'In the browser:  (cd %s && %s preview 2026-12)\n' "$demo" "$(command -v newsletter)"
