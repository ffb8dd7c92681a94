#!/bin/sh
# The units in a booted systemd: `sudo tests/systemd/booted.sh`, from a checkout with its .venv. It needs systemd-nspawn
# (Debian: systemd-container) and takes some two minutes. It boots this machine's own files below an overlay, which is
# thrown away, without a network, and prints what each unit did. There is no sound card: ENXIO says that the sounder came
# through to where one would be, EACCES or EPERM that it did not.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
room=$(mktemp -d)
machine=$room/root
mkdir "$room/upper" "$room/work" "$machine"
mount -t overlay overlay -o "lowerdir=/,upperdir=$room/upper,workdir=$room/work" "$machine"
trap 'umount "$machine"; rm -rf "$room"' EXIT

mkdir -p "$machine/opt/monitord/current/bin" "$machine/opt/monitord/current/libexec" "$machine/etc/monitord/secrets" "$machine/probe"
mkdir -p "$machine/etc/systemd/system/probe.target.wants" "$machine/usr/lib/sysusers.d"
# The unit hides /root and /home: the machine's own python runs this checkout with its libraries.
packages=$(echo "$root"/.venv/lib/python3.*/site-packages)
cat >"$machine/opt/monitord/current/bin/monitord" <<EOF
#!/bin/sh
exec env PYTHONPATH="$root:$packages" /usr/bin/python3 -c "from monitord.cli import main; main()" "\$@"
EOF
chmod 755 "$machine/opt/monitord/current/bin/monitord"
cp "$root"/systemd/*.service "$root"/systemd/*.timer "$machine/etc/systemd/system/"
cp "$root/systemd/watcher.py" "$machine/opt/monitord/current/libexec/"
cp "$root/systemd/monitord.sysusers" "$machine/usr/lib/sysusers.d/monitord.conf"
cp "$root/systemd/sound.conf" "$root/tests/systemd/booted_probe.sh" "$root/tests/systemd/booted_sounder.py" "$machine/probe/"
(cd "$root" && .venv/bin/python -m tests.systemd.booted_suite "$machine/etc/monitord")
chmod -R a+rX "$machine/etc/monitord"
printf '[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n' >"$machine/etc/systemd/system/probe.target"
printf '[Unit]\nAfter=basic.target\n[Service]\nType=oneshot\nExecStart=/bin/sh /probe/booted_probe.sh\nStandardOutput=file:/probe/out\nStandardError=inherit\n' \
    >"$machine/etc/systemd/system/probe.service"
ln -sf ../probe.service "$machine/etc/systemd/system/probe.target.wants/probe.service"
ln -sf probe.target "$machine/etc/systemd/system/default.target"

cd "$room"
timeout 600 systemd-nspawn -D "$machine" -b --register=no --keep-unit --private-network </dev/null >"$room/console" 2>&1 || tail "$room/console"
cat "$machine/probe/out"
