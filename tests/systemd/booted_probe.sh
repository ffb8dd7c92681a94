# Runs inside the booted machine of booted.sh.
drop_ins=/etc/systemd/system/monitord.service.d
systemd-sysusers monitord.conf
mkdir -p /dev/snd
mknod /dev/snd/controlC0 c 116 0
chgrp audio /dev/snd/controlC0
chmod 660 /dev/snd/controlC0

# within SECONDS COMMAND: waits until the command succeeds.
within() {
    left=$1; shift
    while [ "$left" -gt 0 ]; do
        "$@" >/dev/null 2>&1 && return 0
        left=$((left - 1)); sleep 1
    done
    return 1
}
property() { systemctl show monitord.service -p "$1" --value; }
another() { [ "$(property MainPID)" != 0 ] && [ "$(property MainPID)" != "$before" ] && [ "$(property ActiveState)" = active ]; }

for drop_in in none group sound; do
    rm -rf "$drop_ins" /var/lib/monitord /run/monitord
    mkdir -p "$drop_ins"
    [ "$drop_in" = sound ] && cp /probe/sound.conf "$drop_ins/"
    [ "$drop_in" = group ] && printf '[Service]\nSupplementaryGroups=audio\n' >"$drop_ins/group.conf"
    systemctl daemon-reload
    systemctl start monitord.service && echo "drop-in $drop_in: started, $(property StatusText)"
    within 120 test -s /var/lib/monitord/sound.log
    echo "drop-in $drop_in: $(tail -n 1 /var/lib/monitord/sound.log)"
    [ "$drop_in" = sound ] || systemctl stop monitord.service
done

for signal in KILL STOP; do
    before=$(property MainPID)
    began=$(date +%s)
    systemctl kill -s "$signal" --kill-whom=main monitord.service
    within 120 another && echo "$signal: another process is ready after $(($(date +%s) - began)) s"
done
systemctl is-active monitord-watcher.service | sed 's/^/watcher: /'
systemctl start monitord-backup.service && echo "backup: done"
ls /var/lib/monitord/backups
systemctl start 'monitord-notice@monitord.service' && echo "notice: done"
systemctl stop monitord.service && echo "stopped"
journalctl -b --no-pager -o cat -u monitord-backup.service -u 'monitord-notice@*' | tail -n 12
sync
systemctl poweroff --no-block
