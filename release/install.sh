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
set -eu
# Whatever root's own is: the service's account reads what is installed here.
umask 022

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
prefix=/opt/monitord
config=/etc/monitord/suite.yaml
state=/var/lib/monitord
force=no
accepted=
service=yes
root=
ready_within=60
replay_days=14
remove=

say() { printf 'install: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

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
[ -d "$root/run/systemd/system" ] || service=no

case $remove in '' | keep | purge) ;; *) die "--remove keep, or --remove purge: $remove is neither" ;; esac

old=$(readlink "$prefix/current" 2>/dev/null || true)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

install_version() {
    rm -rf "$new.unfinished"
    mkdir -p "$prefix/versions"
    "$python" -m venv "$new.unfinished"
    PIP_CONFIG_FILE=/dev/null "$new.unfinished/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-index --find-links "$here/wheels" --require-hashes --no-deps -r "$lock"
    mkdir -p "$new.unfinished/libexec" "$new.unfinished/share/monitord"
    cp "$here/systemd/watcher.py" "$new.unfinished/libexec/"
    cp -R "$here/docs" "$here/systemd" "$here/sbom.cdx.json" "$here/SECURITY.md" "$here/install.sh" \
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

switch_to() {
    ln -s "$1" "$prefix/current.new"
    mv -T "$prefix/current.new" "$prefix/current"
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

manage() { if [ "$service" = yes ]; then systemctl "$@"; fi; }

# Who runs monitord on the journal: its own account, where there is one.
as_monitord() {
    if [ "$(id -u)" = 0 ] && id monitord >/dev/null 2>&1; then
        (umask 077 && setpriv --reuid=monitord --regid=monitord --init-groups env HOME="$state" STATE_DIRECTORY="$state" "$@")
    else
        (umask 077 && env STATE_DIRECTORY="$state" "$@")
    fi
}

open_sessions() {
    as_monitord "$1/bin/python" -c '
import sys
from pathlib import Path
try:
    from monitord.config.database_place import database_of
except ImportError:  # the version that is there may be one that had it elsewhere
    from monitord.commands.upkeep import database_of
from monitord.store.journal.journal import Journal
database = database_of(Path(sys.argv[1]), None)
if "://" not in database and not Path(database).exists():
    print(0); raise SystemExit
try:
    journal = Journal.open(database, read_only=True)
except Exception:
    print("unknown, the journal cannot be read:"); raise SystemExit
with journal:
    print(sum(session.open for session in journal.sessions()))' "$config"
}

ready() {
    [ "$service" = yes ] || return 0
    "$prefix/current/bin/python" -m monitord.daemon.health.ready "$config" "$ready_within"
}

# The account, and the folders that it reads and writes: `monitord people add` works before the first start.
make_account() {
    [ "$service" = yes ] || return 0
    mkdir -p "$root/usr/lib/sysusers.d" "$root/etc/monitord/secrets"
    cp "$here/systemd/monitord.sysusers" "$root/usr/lib/sysusers.d/monitord.conf"
    systemd-sysusers monitord.conf
    chmod a+rx "$root/etc/monitord"
    chmod 0700 "$root/etc/monitord/secrets"
    if [ ! -d "$state" ]; then
        mkdir -p "$state"
        chmod 0700 "$state"
        ! id monitord >/dev/null 2>&1 || chown monitord:monitord "$state"
    fi
}

units=$root/etc/systemd/system
rules=$root/etc/udev/rules.d
# Every file that place_units writes or takes away.
placed() {
    for file in "$here"/systemd/*.service "$here"/systemd/*.timer; do
        printf '%s\n' "$units/${file##*/}"
    done
    printf '%s\n' "$rules/60-monitord.rules" "$units/monitord.service.d/sound.conf"
}

# As they are before: what a way back puts back.
keep_units() {
    [ "$service" = yes ] || return 0
    mkdir -p "$work/units"
    placed | while read -r file; do
        [ ! -e "$file" ] || cp -P "$file" "$work/units/"
    done
}

put_units_back() {
    [ "$service" = yes ] || return 0
    placed | while read -r file; do
        if [ -e "$work/units/${file##*/}" ]; then
            rm -f "$file"
            cp -P "$work/units/${file##*/}" "$file"
        else
            rm -f "$file"
        fi
    done
    reload_units
}

reload_units() {
    # A container or a machine without hot plugging has no udevd: its rules are read when one starts.
    udevadm control --reload >/dev/null 2>&1 || say "no udevd took the rules for serial lines: they hold from its next start"
    systemctl daemon-reload
}

# Whether a file is as this version or the one before put it there.
ours() {
    [ -f "$1" ] && [ ! -L "$1" ] || return 1
    cmp -s "$work/shipped/${1##*/}" "$1" || cmp -s "$here/systemd/${1##*/}" "$1"
}

# place FILE TARGET: what the version before put there is replaced; what somebody edited, linked or masked stays.
place() {
    if ours "$2" || { [ ! -e "$2" ] && [ ! -L "$2" ]; }; then
        cp "$1" "$2.new"
        mv "$2.new" "$2"
    else
        say "$2 was edited, and stays as it is. This version's is $new/share/monitord/systemd/${1##*/}; systemctl edit makes a drop-in, which goes with every version"
    fi
}

place_units() {
    [ "$service" = yes ] || return 0
    mkdir -p "$units" "$rules"
    for file in "$here"/systemd/*.service "$here"/systemd/*.timer; do
        place "$file" "$units/${file##*/}"
    done
    place "$here/systemd/60-monitord.rules" "$rules/60-monitord.rules"
    sound_card
    reload_units
}

# The sound card is the daemon's only where its suite file names a sounder. Beside a suite file that cannot be read it stays as it is.
sound_card() {
    [ "$service" = yes ] && [ -f "$config" ] || return 0
    folder=$root/etc/systemd/system/monitord.service.d
    "$new/bin/monitord" check "$config" >"$work/checked" 2>/dev/null || grep -q '^suite .* beds, ' "$work/checked" || return 0
    if grep -q 'needs the sound card' "$work/checked"; then
        mkdir -p "$folder"
        place "$here/systemd/sound.conf" "$folder/sound.conf"
    elif ours "$folder/sound.conf"; then
        rm -f "$folder/sound.conf"
    fi
}

refuse_open_sessions() {
    [ -n "$old" ] && [ -f "$config" ] && [ "$force" = no ] || return 0
    running=$(open_sessions "$old")
    [ "$running" = 0 ] || die "$running sessions are open: $1. Wait, or say --force"
}

# What was put into place goes; what somebody wrote stays with the record, or goes with it.
remove_all() {
    refuse_open_sessions "nothing was changed"
    database=
    if [ -n "$old" ] && [ -f "$config" ]; then
        database=$(as_monitord "$old/bin/python" -c '
import sys
from pathlib import Path
from monitord.config.database_place import database_of, place_of
print(place_of(database_of(Path(sys.argv[1]), None)))' "$config" 2>/dev/null) || database=
    fi
    # The watcher first: that the daemon stops is meant.
    for unit in monitord-watcher.service monitord-kiosk.service monitord-backup.timer monitord.service; do
        manage disable --now "$unit" >/dev/null 2>&1 || manage stop "$unit" >/dev/null 2>&1 || true
    done
    placed >"$work/placed"
    while read -r file; do
        [ -e "$file" ] || [ -L "$file" ] || continue
        if [ "$remove" = purge ] || ours "$file"; then
            rm -f "$file"
        else
            say "$file was edited, and stays"
        fi
    done <"$work/placed"
    rmdir "$units/monitord.service.d" 2>/dev/null || true
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
    mkdir "$work/shipped"
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
# What the version that runs put into place, to tell it from what somebody edited there.
mkdir "$work/shipped"
[ -z "$old" ] || cp "$old"/share/monitord/systemd/* "$work/shipped/" 2>/dev/null || true
make_account
[ ! -f "$config" ] || as_monitord test -r "$config" ||
    die "the account monitord cannot read $config: nothing was changed. chmod a+r $config, and a+x the folders above it"

if [ -n "$old" ] && [ "$old" != "$new" ] && [ -f "$config" ]; then
    running=$(open_sessions "$old")
    if [ "$running" != 0 ] && [ "$force" = no ]; then
        die "$running sessions are open: nothing was changed. Wait, or say --force"
    fi
fi

restore_version
say "installing $version into $new with $python"
if [ "$old" = "$new" ]; then
    say "$version runs already: made anew"
fi
install_version
link_command

if [ -z "$old" ] || [ "$old" = "$new" ] || [ ! -f "$config" ]; then
    [ "$old" != "$new" ] || refuse_open_sessions "$version was made anew, and the daemon that runs was not restarted"
    place_units
    switch_to "$new"
    if [ ! -f "$config" ]; then
        say "installed. Next: $command setup $config, then $prefix/current/share/monitord/docs/operations.md"
    else
        manage restart monitord.service monitord-watcher.service
    fi
    exit 0
fi

# The upgrade: first on a copy, while the old version goes on watching.
as_monitord "$old/bin/monitord" backup -c "$config" --into "$state/backups" >"$work/backup" || die "no backup, no upgrade"
say "the journal is backed up as $(cat "$work/backup")"

# Replayed by both versions: what they alarm about must be the same. A journal on a server is replayed as a file too.
chmod 0700 "$work"
rm -f "$state/upgrade.db"
as_monitord "$old/bin/monitord" backup -c "$config" "$state/upgrade.db" >/dev/null || die "no copy to try the new version on: nothing was changed"
mv "$state/upgrade.db" "$work/before.db"
cp -p "$work/before.db" "$work/after.db"
"$old/bin/monitord" retention --database "$work/before.db" --days "$replay_days" >/dev/null 2>&1 || true
"$new/bin/monitord" retention --database "$work/after.db" --days "$replay_days" >/dev/null || die "the new version cannot migrate the journal: nothing was changed"
same=yes
if "$old/bin/monitord" replay "$work/before.db" --jsonl "$work/before.jsonl" >/dev/null 2>"$work/why"; then
    "$new/bin/monitord" replay "$work/after.db" --jsonl "$work/after.jsonl" >/dev/null || same=no
    [ "$same" = no ] || "$new/bin/monitord" diff "$work/before.jsonl" "$work/after.jsonl" >"$work/diff" || same=no
else
    say "nothing was replayed of the last $replay_days days: $(tail -n 1 "$work/why")"
fi
if [ "$same" = no ]; then
    cat "$work/diff" >&2 2>/dev/null || true
    [ -n "$accepted" ] || die "the new version alarms differently in the last sessions: nothing was changed. Read the lines above; --accept-differences NAME goes on"
    say "differences accepted by $accepted"
    printf '%s %s accepted by %s\n' "$(date -u +%FT%TZ)" "$version" "$accepted" >>"$state/upgrades.log"
    cat "$work/diff" >>"$state/upgrades.log"
fi

# A protocol that nobody approved as the new version reads it: the service would not start with it.
as_monitord "$new/bin/monitord" check "$config" >"$work/checked" 2>/dev/null || true
if grep -q 'until then it runs in demo and replay only' "$work/checked"; then
    sed -n '/^warning: /,$p' "$work/checked" | grep -e '^warning: .*approved' -e '^  ' >&2
    die "approvals are missing: nothing was changed. Read $new/bin/monitord approve NAME --sheet -c $config, put the new approvals beside the old ones, and run this again"
fi

# Making all this took minutes: somebody may have been admitted meanwhile.
refuse_open_sessions "nothing was changed"
keep_units
manage stop monitord.service
# Whatever happens from here on, something watches again.
trap '[ "$(readlink "$prefix/current")" != "$old" ] || put_units_back; manage start monitord.service; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# The journal as it is now that nobody writes: what a way back starts from.
as_monitord "$old/bin/monitord" backup -c "$config" --into "$state/backups" >"$work/backup" || die "no backup of the stopped journal: $old goes on"
kept=$(cat "$work/backup")
place_units
switch_to "$new"
manage start monitord.service
manage restart monitord-watcher.service

if ! ready; then
    say "the new version is not ready after $ready_within s: going back to $old"
    manage stop monitord.service
    put_units_back
    switch_to "$old"
    as_monitord "$old/bin/monitord" restore "$kept" -c "$config" --replace || say "the journal was not put back: monitord restore $kept -c $config --replace"
    manage start monitord.service
    manage restart monitord-watcher.service
    die "went back; the journal of the failed version is kept beside, as .replaced"
fi
printf '%s %s -> %s\n' "$(date -u +%FT%TZ)" "$old" "$new" >>"$state/upgrades.log"
say "$version runs. Back: stop monitord.service, ln -sfn $old $prefix/current, monitord restore $kept -c $config --replace"
