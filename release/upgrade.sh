# What the installer of the bundle and the maintainer scripts of the Debian package have in common: sourced by
# install.sh, put whole into preinst, postinst and prerm by debian/rules. Not run by itself.
#
# Versions stand side by side in $prefix/versions; $prefix/current is the one that runs. A change of version looks
# first: it refuses while a session is open, backs the journal up, migrates a copy and replays the last sessions with
# both versions, while the old one goes on watching. Only then it stops the old one, and goes back to it, with journal
# and units, when the new one does not become ready.

prefix=/opt/monitord
config=/etc/monitord/suite.yaml
state=/var/lib/monitord
force=no
accepted=
service=yes
root=
ready_within=60
replay_days=14
# How the operator goes on where something has to be overruled: the package's scripts have other words.
say_force='say --force'
say_accept='--accept-differences NAME goes on'
say_again='run this again'

say() { printf 'monitord: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# What a clinic set for its own machine; options and environment come after it.
read_settings() {
    settings=$root/etc/monitord/upgrade.conf
    [ -f "$settings" ] || return 0
    for key in replay_days ready_within; do
        value=$(sed -n "s/^$key=\([0-9][0-9]*\) *\$/\1/p" "$settings" | tail -n 1)
        [ -z "$value" ] || eval "$key=$value"
    done
}

# Where things stand, once the options are known. $work is thrown away at the end.
look_around() {
    [ -d "$root/run/systemd/system" ] || service=no
    units=$root/etc/systemd/system
    rules=$root/etc/udev/rules.d/60-monitord.rules
    old=$(readlink "$prefix/current" 2>/dev/null || true)
    # A folder that somebody took away by hand is no version to ask, to replay with or to go back to.
    [ -z "$old" ] || [ -e "$old/bin/python" ] || old=
    # What it makes of the record there is nobody's but root's, and the account's where it writes itself.
    work=$(umask 077 && mktemp -d)
    trap 'rm -rf "$work" "$work.pgpass"' EXIT
    # What the version that runs put into place, to tell it from what somebody edited there.
    mkdir "$work/shipped"
    [ -z "$old" ] || cp "$old"/share/monitord/systemd/* "$work/shipped/" 2>/dev/null || true
}

switch_to() {
    ln -s "$1" "$prefix/current.new"
    mv -T "$prefix/current.new" "$prefix/current"
}

manage() { if [ "$service" = yes ]; then systemctl "$@"; fi; }

# Who runs monitord on the journal: its own account, where there is one. The password of a database server is root's alone,
# as for the unit: the account gets a copy while this runs.
as_monitord() {
    if [ "$(id -u)" = 0 ] && id monitord >/dev/null 2>&1; then
        if [ -f "$root/etc/monitord/secrets/pgpass" ]; then
            install -m 0600 -o monitord "$root/etc/monitord/secrets/pgpass" "$work.pgpass"
            set -- env PGPASSFILE="$work.pgpass" "$@"
        fi
        (umask 077 && cd / && setpriv --reuid=monitord --regid=monitord --init-groups env HOME="$state" STATE_DIRECTORY="$state" "$@")
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

# refuse_open_sessions WHAT HOLDS: ends here while somebody is watched. Where no version is left that could be asked and
# the daemon runs nevertheless (its Python went with an upgrade of the system), the new one is asked, once it is there.
refuse_open_sessions() {
    [ -f "$config" ] && [ "$force" = no ] || return 0
    asked=$old
    if [ -z "$asked" ]; then
        [ "$service" = yes ] && systemctl is-active --quiet monitord.service && [ -e "${new:-}/bin/python" ] || return 0
        asked=$new
    fi
    running=$(open_sessions "$asked")
    case $running in
        0) ;;
        1) die "1 session is open: $1. Wait, or $say_force" ;;
        *) die "$running sessions are open: $1. Wait, or $say_force" ;;
    esac
}

refuse_unreadable_suite() {
    [ ! -f "$config" ] || as_monitord test -r "$config" ||
        die "the account monitord cannot read $config: nothing was changed. chmod a+r $config, and a+x the folders above it"
}

ready() {
    [ "$service" = yes ] || return 0
    "$prefix/current/bin/python" -m monitord.daemon.health.ready "$config" "$ready_within"
}

# The folders that the account reads and writes: `monitord people add` works before the first start.
make_folders() {
    mkdir -p "$root/etc/monitord/secrets"
    chmod a+rx "$root/etc/monitord"
    chmod 0700 "$root/etc/monitord/secrets"
    if [ ! -d "$state" ]; then
        mkdir -p "$state"
        chmod 0700 "$state"
        ! id monitord >/dev/null 2>&1 || chown monitord:monitord "$state"
    fi
}

# Every file that place_units writes or takes away. $parts holds the new version's.
placed() {
    for file in "$parts"/systemd/*.service "$parts"/systemd/*.timer; do
        printf '%s\n' "$units/${file##*/}"
    done
    [ -z "$rules" ] || printf '%s\n' "$rules"
    printf '%s\n' "$units/monitord.service.d/sound.conf"
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
    cmp -s "$work/shipped/${1##*/}" "$1" || cmp -s "$parts/systemd/${1##*/}" "$1"
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
    mkdir -p "$units"
    for file in "$parts"/systemd/*.service "$parts"/systemd/*.timer; do
        place "$file" "$units/${file##*/}"
    done
    if [ -n "$rules" ]; then
        mkdir -p "${rules%/*}"
        place "$parts/systemd/60-monitord.rules" "$rules"
    fi
    sound_card
    reload_units
}

# The sound card is the daemon's only where its suite file names a sounder; and before there is a suite file, since the one that
# is made next may name one. Beside a suite file that cannot be read it stays as it is.
sound_card() {
    [ "$service" = yes ] || return 0
    folder=$units/monitord.service.d
    if [ ! -f "$config" ]; then
        mkdir -p "$folder"
        place "$parts/systemd/sound.conf" "$folder/sound.conf"
        return 0
    fi
    "$new/bin/monitord" check "$config" >"$work/checked" 2>/dev/null || grep -q '^suite .* beds\{0,1\}, ' "$work/checked" || return 0
    if grep -q 'needs the sound card' "$work/checked"; then
        mkdir -p "$folder"
        place "$parts/systemd/sound.conf" "$folder/sound.conf"
    elif ours "$folder/sound.conf"; then
        rm -f "$folder/sound.conf"
    fi
}

# The hospital's programs on this machine go with the version; every suite alarms by itself meanwhile.
restart_hospital() { manage try-restart monitord-hospital.service 'monitord-hospital-worker@*.service' || true; }

# The hospital's units that run or are enabled, each worker by its number.
hospital_units() {
    {
        systemctl list-units --plain --no-legend 'monitord-hospital*' | cut -d ' ' -f 1
        for link in "$units"/*.wants/monitord-hospital*.service; do
            [ ! -L "$link" ] || printf '%s\n' "${link##*/}"
        done
    } | sort -u
}

# The watcher first: that the daemon stops is meant.
stop_units() {
    [ "$service" = yes ] || return 0
    for unit in monitord-watcher.service monitord-kiosk.service monitord-backup.timer monitord.service $(hospital_units); do
        manage disable --now "$unit" >/dev/null 2>&1 || manage stop "$unit" >/dev/null 2>&1 || true
    done
}

# remove_placed HOW: what we put there goes; what somebody edited only where HOW is `purge`.
remove_placed() {
    placed >"$work/placed"
    while read -r file; do
        [ -e "$file" ] || [ -L "$file" ] || continue
        if [ "$1" = purge ] || ours "$file"; then
            rm -f "$file"
        else
            say "$file was edited, and stays"
        fi
    done <"$work/placed"
    rmdir "$units/monitord.service.d" 2>/dev/null || true
}

# Where the record is, as the version that runs reads the suite file; nothing where that cannot be said.
place_of_record() {
    [ -n "$old" ] && [ -f "$config" ] || return 0
    as_monitord "$old/bin/python" -c '
import sys
from pathlib import Path
from monitord.config.database_place import database_of, place_of
print(place_of(database_of(Path(sys.argv[1]), None)))' "$config" 2>/dev/null || true
}

# The upgrade: first on a copy, while the old version goes on watching. What both versions alarm about must be the same.
try_on_a_copy() {
    as_monitord "$old/bin/monitord" backup -c "$config" --into "$state/backups" >"$work/backup" || die "no backup, no upgrade"
    say "the journal is backed up as $(cat "$work/backup")"
    rm -f "$state/upgrade.db"
    # A journal on a server is replayed as a file too.
    as_monitord "$old/bin/monitord" backup -c "$config" "$state/upgrade.db" >/dev/null || die "no copy to try the new version on: nothing was changed"
    mv "$state/upgrade.db" "$work/before.db"
    cp -p "$work/before.db" "$work/after.db"
    "$old/bin/monitord" retention --database "$work/before.db" --days "$replay_days" >/dev/null 2>&1 || true
    "$new/bin/monitord" retention --database "$work/after.db" --days "$replay_days" >/dev/null || die "${new##*/} cannot read or migrate the journal: nothing was changed. A version older than the record needs a backup of its own time first (docs/operations.md, Upgrade)"
    same=yes
    if "$old/bin/monitord" replay "$work/before.db" --jsonl "$work/before.jsonl" >/dev/null 2>"$work/why"; then
        "$new/bin/monitord" replay "$work/after.db" --jsonl "$work/after.jsonl" >/dev/null || same=no
        [ "$same" = no ] || "$new/bin/monitord" diff "$work/before.jsonl" "$work/after.jsonl" >"$work/diff" || same=no
    else
        say "nothing was replayed of the last $replay_days days: $(tail -n 1 "$work/why")"
    fi
    if [ "$same" = no ]; then
        cat "$work/diff" >&2 2>/dev/null || true
        [ -n "$accepted" ] || die "the new version alarms differently in the last sessions: nothing was changed. Read the lines above; $say_accept"
        say "differences accepted by $accepted"
        printf '%s %s accepted by %s\n' "$(date -u +%FT%TZ)" "${new##*/}" "$accepted" >>"$state/upgrades.log"
        cat "$work/diff" >>"$state/upgrades.log"
    fi
    # A protocol that nobody approved as the new version reads it: the service would not start with it.
    as_monitord "$new/bin/monitord" check "$config" >"$work/checked" 2>/dev/null || true
    if grep -q 'until then it runs in demo and replay only' "$work/checked"; then
        sed -n '/^warning: /,$p' "$work/checked" | grep -e '^warning: .*approved' -e '^  ' >&2
        die "approvals are missing: nothing was changed. Read $new/bin/monitord approve NAME --sheet -c $config, put the new approvals beside the old ones, and $say_again"
    fi
}

# A unit that nobody started or enabled, or that somebody masked, is not started by an upgrade.
is_wanted() {
    systemctl is-active --quiet monitord.service || systemctl is-enabled --quiet monitord.service
}

# The new version is in its place. What is there decides how it comes to run.
put_to_work() {
    if [ -n "$old" ] && [ "$old" != "$new" ] && [ -f "$config" ]; then
        try_on_a_copy
        change_over
        return 0
    fi
    refuse_open_sessions "the daemon that runs was not restarted"
    place_units
    switch_to "$new"
    restart_hospital
    if [ ! -f "$config" ] && [ -f "${config%/*}/hospital.yaml" ]; then
        say "installed beside the hospital file that is there. Units of the hospital that run were restarted"
    elif [ ! -f "$config" ]; then
        say "installed. Next: $command setup $config, then $prefix/current/share/monitord/docs/operations.md"
    elif [ "$service" = yes ] && ! is_wanted; then
        say "installed beside the suite file that is there; nothing runs yet. Next: systemctl enable --now monitord monitord-watcher monitord-backup.timer"
    else
        manage restart monitord.service monitord-watcher.service
    fi
}

change_over() {
    # Making all this took minutes: somebody may have been admitted meanwhile.
    refuse_open_sessions "nothing was changed"
    [ "$service" = no ] || is_wanted || {
        say "monitord.service neither runs nor is enabled: it is not started"
        place_units
        switch_to "$new"
        restart_hospital
        return 0
    }
    keep_units
    manage stop monitord.service
    # Whatever happens from here on, something watches again.
    trap '[ "$(readlink "$prefix/current")" != "$old" ] || put_units_back; manage start monitord.service; rm -rf "$work" "$work.pgpass"' EXIT
    trap 'exit 1' HUP INT TERM
    # The journal as it is now that nobody writes: what a way back starts from.
    as_monitord "$old/bin/monitord" backup -c "$config" --into "$state/backups" >"$work/backup" || die "no backup of the stopped journal: $old goes on"
    kept=$(cat "$work/backup")
    place_units
    switch_to "$new"
    manage start monitord.service || say "systemd: monitord.service did not start at once"
    manage restart monitord-watcher.service || true

    if ! ready; then
        say "the new version is not ready after $ready_within s: going back to $old"
        manage stop monitord.service
        put_units_back
        switch_to "$old"
        as_monitord "$old/bin/monitord" restore "$kept" -c "$config" --replace || say "the journal was not put back: monitord restore $kept -c $config --replace"
        manage start monitord.service || true
        manage restart monitord-watcher.service || true
        restart_hospital
        die "went back; the journal of the failed version is kept beside, as .replaced"
    fi
    restart_hospital
    printf '%s %s -> %s\n' "$(date -u +%FT%TZ)" "$old" "$new" >>"$state/upgrades.log"
    say "${new##*/} runs. Back: stop monitord.service, ln -sfn $old $prefix/current, monitord restore $kept -c $config --replace"
}
