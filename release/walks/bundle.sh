# Runs on a booted Debian: the bundle's installer, by the guide's commands.
. /walk/steps.sh
. /walk/versions
cd /walk || exit 1
umask 077
guide "sha256sum -c monitord-0.1.0-amd64.tar.sha256"
guide "tar xf monitord-0.1.0-amd64.tar"
cd "$(as_here monitord-0.1.0)" || exit 1
began=$(date +%s)
guide "sudo ./install.sh"
echo "        in $(($(date +%s) - began)) s"
holds "monitord is on the PATH" monitord --help
cp -a "/opt/monitord/versions/$version" /opt/patient
sed -i "s|/opt/monitord/versions/$version|/opt/patient|g" /opt/patient/bin/monitord
patient_and_ward
cp /walk/suite.yaml "$suite"
holds "a suite file that the service cannot read is refused" fails 'cannot read' sudo ./install.sh
chmod 644 "$suite"
holds "people are added before the first start" monitord people add "A. Example" --role nurse -c "$suite"
for protocol in ketamine_iv_0_5_40 bed_without_session; do
    holds "$protocol is approved" monitord approve "$protocol" --by "A. Trial" --role trial -c "$suite" --write
done
holds "the suite file is readable by the service, whatever the umask" sudo -u monitord test -r "$suite"
guide "sudo systemctl enable --now monitord monitord-watcher monitord-backup.timer"
holds "it is ready" within 60 is_ready
echo 'spo2 84 60s' >/tmp/orders
holds "an alarm comes out on the broker" within 60 heard 'SpO2 8'
holds "a patient is admitted" within 30 admit
before=$(property MainPID)
echo '# ours' >>/etc/udev/rules.d/60-monitord.rules
holds "with a patient it refuses, the same version too" fails 'open: nothing was changed' sudo ./install.sh
holds "the process is the same one" test "$(property MainPID)" = "$before"
holds "the rules file that somebody edited is as it was" grep -q '^# ours' /etc/udev/rules.d/60-monitord.rules
holds "the patient leaves" within 30 discharge
holds "the same version is made anew" sudo ./install.sh
holds "and is ready" within 60 is_ready
holds "the rules file that somebody edited is as it was, and is named" grep -q '60-monitord.rules was edited' /tmp/said
. /walk/operations.sh
guide "sudo /opt/monitord/current/share/monitord/install.sh --remove keep"
holds "nothing is left but record and settings" gone /opt/monitord /usr/local/bin/monitord /etc/systemd/system/monitord.service
holds "the record is there" test -s /var/lib/monitord/monitord.db
holds "installed again" sudo ./install.sh
guide "sudo /opt/monitord/current/share/monitord/install.sh --remove purge"
holds "nothing is left" gone /opt/monitord /etc/monitord /var/lib/monitord /etc/udev/rules.d/60-monitord.rules
printf 'failures: %s\n' "$failures"
systemctl poweroff --no-block
