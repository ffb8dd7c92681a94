# What the walks have in common; sourced on the booted machine and on the host.
export DEBIAN_FRONTEND=noninteractive
suite=/etc/monitord/suite.yaml
failures=0

# holds SENTENCE COMMAND: the command must succeed.
holds() {
    sentence=$1; shift
    if "$@" >/tmp/said 2>&1; then
        printf 'ok      %s\n' "$sentence"
    else
        failures=$((failures + 1))
        printf 'FAILED  %s\n' "$sentence"
        tail -n 12 /tmp/said | sed 's/^/        /'
    fi
}

# A command of the guides, word for word but for release, version and machine.
as_here() { printf '%s\n' "$1" | sed "s/deb12u1/deb${debian}u1/; s/0\\.1\\.0/$version/g; s/amd64/$machine/"; }

# guide COMMAND: it must succeed, as somebody types it who answers yes.
guide() {
    as_here "$1" >/tmp/line
    holds "$(as_here "$1")" sh -c 'yes | sh -e /tmp/line'
}

# guide_for SECONDS WORDS COMMAND: one that goes on until Ctrl-C; within that time it says the words.
guide_for() {
    as_here "exec $3" >/tmp/line
    timeout -s INT "$1" sh /tmp/line </dev/null >/tmp/goes_on 2>&1
    holds "$(as_here "$3")" grep -m 1 -e "$2" /tmp/goes_on
}

# fails WORDS COMMAND: it must not succeed, and say these words.
fails() {
    words=$1; shift
    ! "$@" >/tmp/refused 2>&1 && grep -q -e "$words" /tmp/refused || { tail -n 12 /tmp/refused; return 1; }
}

# within SECONDS COMMAND: waits until the command succeeds.
within() {
    left=$1; shift
    while [ "$left" -gt 0 ]; do
        "$@" >/dev/null 2>&1 && return 0
        left=$((left - 1)); sleep 1
    done
    "$@"
}

is_ready() { curl -s http://127.0.0.1:8787/health/ready | grep -q '"ready": *true'; }
runs() { [ "$(basename "$(readlink /opt/monitord/current)")" = "$1" ]; }
installed() { [ "$(dpkg-query -W -f '${db:Status-Abbrev}${Version}' monitord)" = "ii $1" ]; }
act() { curl -s --fail-with-body -H 'Content-Type: application/json' -d "$1" http://127.0.0.1:8787/api/beds/1/actions; }
admit() { act '{"by": "nurse 1", "type": "admit", "pseudonym": "P-1", "protocol": "ketamine_iv_0_5_40"}'; }
# Nobody leaves while an alarm is not answered.
answer_alarms() {
    curl -s http://127.0.0.1:8787/api/beds | grep -o '"id": *"[^"]*/[^"]*"' | cut -d '"' -f 4 | sort -u | while read -r alarm; do
        act "{\"by\": \"nurse 1\", \"type\": \"acknowledge\", \"alarm\": \"$alarm\"}"
    done
}
discharge() { answer_alarms; act '{"by": "nurse 1", "type": "discharge", "override": "a walk"}'; }
gone() { for each; do [ ! -e "$each" ] && [ ! -L "$each" ] || { echo "$each is still there"; return 1; }; done; }
property() { systemctl show monitord.service -p "$1" --value; }
another() { [ "$(property MainPID)" != 0 ] && [ "$(property MainPID)" != "$before" ] && [ "$(property ActiveState)" = active ]; }

# The simulated patient, and the broker with somebody who listens.
patient_and_ward() {
    mkfifo /tmp/orders
    systemd-run -q --unit=patient sh -c 'sleep infinity >/tmp/orders & exec /opt/patient/bin/monitord simulate nonin --port tcp://127.0.0.1:4001 </tmp/orders'
    systemd-run -q --unit=listener sh -c 'exec mosquitto_sub -h 127.0.0.1 -t "monitord/walk/alarms/#" >/tmp/heard'
}
heard() { grep -q "$1" /tmp/heard; }
are_conffiles() {
    dpkg-query -W -f '${Conffiles}' monitord | grep -q 60-monitord.rules && dpkg-query -W -f '${Conffiles}' monitord | grep -q upgrade.conf
}
