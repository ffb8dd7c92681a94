#!/bin/sh
# Installs or upgrades monitord from this folder, without any network. Run as root, from the unpacked bundle.
#
#   ./install.sh [--prefix /opt/monitord] [--config /etc/monitord/suite.yaml] [--force]
#                [--accept-differences NAME] [--no-service] [--ready-within SECONDS] [--root DIR]
#   ./install.sh --remove keep      takes monitord away; the record, the suite file and the secrets stay
#   ./install.sh --remove purge     takes all of them away too, and the account
#
# Units, udev rules and accounts go below --root, the system's own when not given; a test uses it.
# Versions stand side by side in PREFIX/versions; PREFIX/current is the one that runs. It refuses while a session is
# open, the same version too (unless --force), backs the journal up, migrates a copy, replays the last sessions with
# both versions and goes back to the old version, journal and units included, when the new one alarms differently
# (unless a named person accepts that), or does not become ready. A unit or rules file that somebody edited stays.
# upgrade.sh beside it is the greater part of this.
set -eu
# Whatever root's own is: the service's account reads what is installed here.
umask 022

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
parts=$here
. "$here/upgrade.sh"
say() { printf 'install: %s\n' "$*" >&2; }
remove=

# Two passes: --root says where the clinic's own settings are, and an option overrules them.
before=
for word; do
    [ "$before" != --root ] || root=$word
    before=$word
done
read_settings
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) prefix=$2; shift 2 ;;
        --config) config=$2; shift 2 ;;
        --state) state=$2; shift 2 ;;
        --force) force=yes; shift ;;
        --accept-differences) accepted=$2; shift 2 ;;
        --no-service) service=no; shift ;;
        --ready-within) ready_within=$2; shift 2 ;;
        --root) root=$2; shift 2 ;;
        --remove) remove=$2; shift 2 ;;
        *) die "unknown option $1; see the head of this file" ;;
    esac
done
case $remove in '' | keep | purge) ;; *) die "--remove keep, or --remove purge: $remove is neither" ;; esac

# A machine has it one way or the other: two hands on one set of units would undo each other's work.
if [ -z "$root" ] && [ "$prefix" = /opt/monitord ] &&
    [ "$(dpkg-query -W -f '${db:Status-Status}' monitord 2>/dev/null || true)" = installed ]; then
    die "monitord is installed here as a Debian package: apt upgrades and removes it (docs/operations.md)"
fi
look_around

install_version() {
    rm -rf "$new.unfinished"
    mkdir -p "$prefix/versions"
    "$python" -m venv "$new.unfinished"
    PIP_CONFIG_FILE=/dev/null "$new.unfinished/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-index --find-links "$here/wheels" --require-hashes --no-deps -r "$lock"
    mkdir -p "$new.unfinished/libexec" "$new.unfinished/share/monitord"
    cp "$here/systemd/watcher.py" "$new.unfinished/libexec/"
    cp -R "$here/docs" "$here/systemd" "$here/sbom.cdx.json" "$here/SECURITY.md" "$here/install.sh" "$here/upgrade.sh" \
        "$here/suite.example.yaml" "$new.unfinished/share/monitord/"
    # However the bundle was unpacked.
    chmod -R a+rX "$new.unfinished"
    "$new.unfinished/bin/monitord" --help >/dev/null || die "the installed version does not start: nothing was changed"
    # A virtual environment knows its own path: the scripts are written anew for the final one.
    find "$new.unfinished/bin" -type f -exec sed -i "s|$new.unfinished|$new|g" {} +
    # The one that is there goes when its successor has started, and comes back when it does not.
    rm -rf "$new.before"
    [ ! -e "$new" ] || mv "$new" "$new.before"
    mv "$new.unfinished" "$new"
    if ! "$new/bin/monitord" --help >/dev/null; then
        rm -rf "$new"
        [ ! -e "$new.before" ] || mv "$new.before" "$new"
        die "the installed version does not start"
    fi
    rm -rf "$new.before"
}

# Killed between the two renames of an earlier run: what was there comes back.
restore_version() {
    [ -e "$new" ] || [ ! -e "$new.before" ] || mv "$new.before" "$new"
}

# `monitord` for everybody's PATH, and for sudo's. A trial in another folder leaves the machine alone.
command=$prefix/current/bin/monitord
link_command() {
    link=$root/usr/local/bin/monitord
    [ -n "$root" ] || [ "$prefix" = /opt/monitord ] || return 0
    [ -L "$link" ] || [ ! -e "$link" ] || return 0
    mkdir -p "$root/usr/local/bin"
    ln -sfn "$command" "$link"
    command=monitord
}

# The account, and its folders.
make_account() {
    [ "$service" = yes ] || return 0
    mkdir -p "$root/usr/lib/sysusers.d"
    cp "$here/systemd/monitord.sysusers" "$root/usr/lib/sysusers.d/monitord.conf"
    systemd-sysusers monitord.conf
    make_folders
}

# What was put into place goes; what somebody wrote stays with the record, or goes with it.
remove_all() {
    refuse_open_sessions "nothing was changed"
    database=$(place_of_record)
    stop_units
    remove_placed "$remove"
    rm -f "$root/usr/lib/sysusers.d/monitord.conf"
    link=$root/usr/local/bin/monitord
    [ "$(readlink "$link" 2>/dev/null)" != "$command" ] || rm -f "$link"
    rm -rf "$prefix/versions" "$prefix/current" "$root/run/monitord"
    rmdir "$prefix" 2>/dev/null || true
    if [ "$remove" = purge ]; then
        rm -rf "$units"/monitord*.d "$state" "$root/etc/monitord"
        [ -n "$root" ] || ! id monitord >/dev/null 2>&1 || userdel monitord || say "the account monitord is still there: userdel monitord"
    fi
    [ "$service" = no ] || reload_units
    case $remove-$database in
        purge-) say "monitord, its record, its settings and its account are gone" ;;
        purge-"$state"/*) say "monitord, its record in $state, its settings and its account are gone" ;;
        purge-*) say "monitord, its settings and its account are gone; the record is outside of $state, and stays: $database" ;;
        *) say "monitord is gone. The record stays: ${database:-$state}, and so do backups, $config and the secrets. ./install.sh of a bundle takes them up again" ;;
    esac
}

if [ -n "$remove" ]; then
    remove_all
    exit 0
fi

# What is about to run is what was released.
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || die "this bundle is damaged or was changed"

version=$(cat "$here/VERSION")
machine=$(uname -m)
for python in python3.13 python3.12 python3.11; do
    number=${python#python}
    command -v "$python" >/dev/null 2>&1 || continue
    "$python" -c 'import venv, ensurepip' 2>/dev/null || continue
    [ -f "$here/locks/$number-$machine.txt" ] || continue
    lock=$here/locks/$number-$machine.txt
    break
done
[ -n "${lock:-}" ] || die "needs python3.11, 3.12 or 3.13 with venv, on x86_64 or aarch64. On Debian: apt-get install python3-venv"

new=$prefix/versions/$version

refuse_open_sessions "nothing was changed"
make_account
refuse_unreadable_suite

restore_version
say "installing $version into $new with $python"
if [ "$old" = "$new" ]; then
    say "$version runs already: made anew"
fi
install_version
link_command

put_to_work
