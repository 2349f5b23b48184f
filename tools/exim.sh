#!/bin/sh
# Puts Exim into tests/exim, for the tests, once; as root. Debian's package cannot be installed
# beside Postfix, so it is only unpacked, with the libraries that are not here.
# Never fails: without it the tests that need it are left out, and the run says so.
cd "$(dirname "$0")/.." || exit 0
folder=tests/exim
[ -x $folder/usr/sbin/exim4 ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Exim is not tested: that needs root, on Debian"
    exit 0
fi
echo "Fetching Exim for the tests (once) ..."
unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT
packages="exim4-daemon-light exim4-base"
for library in $(apt-cache depends exim4-daemon-light | sed -n 's/^  Depends: \(lib[a-z0-9.+-]*\)$/\1/p'); do
    dpkg -s "$library" >/dev/null 2>&1 || packages="$packages $library"
done
# The user of the package's own script; the program does not start without one of that name.
getent passwd Debian-exim >/dev/null || useradd --system --no-create-home --shell /usr/sbin/nologin Debian-exim
# shellcheck disable=SC2086 # a list of names
if (cd "$unpacked" && apt-get download -qq $packages >/dev/null 2>&1); then
    for package in "$unpacked"/*.deb; do
        dpkg -x "$package" "$unpacked/all"
    done
    rm -rf $folder
    mv "$unpacked/all" $folder
else
    echo "Exim could not be fetched, so it is not tested in this run"
fi
