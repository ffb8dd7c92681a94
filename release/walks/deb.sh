# Runs on a booted Debian: the package's whole life. $one, $two, $bad are versions of one package; $bad does not run.
. /walk/steps.sh
. /walk/versions
install() { apt-get install -y --allow-downgrades "/walk/monitord_$1_$machine.deb"; }
cd /root || exit 1

cp "/walk/monitord_${one}_$machine.deb" .
guide "sudo apt install ./monitord_0.1.0-1+deb12u1_amd64.deb"
holds "monitord is on the PATH" monitord --help
holds "the account is there, in the group of serial lines" sh -c 'id monitord | grep -q dialout'
holds "nothing runs yet" sh -c '! systemctl is-active monitord.service'
holds "lines for serial ports and settings are conffiles" are_conffiles
holds "what dpkg put there is as it was packed" dpkg --verify monitord
holds "the guides are there" test -s /opt/monitord/current/share/monitord/docs/operations.md
cp -a "/opt/monitord/versions/$one" /opt/patient
sed -i "s|/opt/monitord/versions/$one|/opt/patient|g" /opt/patient/bin/monitord
patient_and_ward
cp /walk/suite.yaml "$suite"
chmod 644 "$suite"
guide_for 60 'HIGH\|MEDIUM' "monitord demo"
holds "people are added before the first start" monitord people add "A. Example" --role nurse -c "$suite"
for protocol in ketamine_iv_0_5_40 bed_without_session; do
    holds "$protocol is approved" monitord approve "$protocol" --by "A. Trial" --role trial -c "$suite" --write
done
holds "check finds no fault" monitord check "$suite"
holds "the card is the unit's before there is a suite file" test -s /etc/systemd/system/monitord.service.d/sound.conf
holds "and still nothing runs" sh -c '! systemctl is-active monitord.service'
guide "sudo systemctl enable --now monitord monitord-watcher monitord-backup.timer"
holds "it is ready" within 60 is_ready
holds "the unit is enabled" systemctl is-enabled monitord.service monitord-watcher.service monitord-backup.timer
began=$(date +%s)
echo 'spo2 84 60s' >/tmp/orders
holds "an alarm comes out on the broker" within 60 heard 'SpO2 8'
echo "        after $(($(date +%s) - began)) s"

holds "a patient is admitted" within 30 admit
before=$(property MainPID)
holds "with a patient an upgrade is refused before anything is unpacked" fails 'open: nothing was changed' install "$two"
holds "the version before is installed, whole" installed "$one"
holds "and its process is the same one" test "$(property MainPID)" = "$before"
holds "a removal is refused too" fails 'open: nothing was removed' apt-get remove -y monitord
holds "the version before is still installed, whole" installed "$one"
holds "and its process still the same one" test "$(property MainPID)" = "$before"

holds "the patient leaves" within 30 discharge
mkdir -p /etc/systemd/system/monitord.service.d
printf '[Service]\nIPAddressAllow=192.0.2.0/28\n' >/etc/systemd/system/monitord.service.d/override.conf
echo 'SUBSYSTEM=="tty", KERNELS=="1-1.2", SYMLINK+="monitord/bed1-oximeter"' | tee /etc/udev/rules.d/61-monitord-lines.rules >>/etc/udev/rules.d/60-monitord.rules
began=$(date +%s)
holds "the upgrade goes through" install "$two"
echo "        in $(($(date +%s) - began)) s"
sed 's/^/        /' /tmp/said | grep monitord: 
holds "the new version runs" runs "$two"
holds "and is ready" within 60 is_ready
holds "it is written down" grep -q -- "-> /opt/monitord/versions/$two" /var/lib/monitord/upgrades.log
holds "the drop-in survives" sh -c 'systemctl show monitord.service -p IPAddressAllow --value | grep -q 192.0.2.0/28'
holds "bindings survive, in both files" grep -q bed1-oximeter /etc/udev/rules.d/60-monitord.rules /etc/udev/rules.d/61-monitord-lines.rules

holds "a version that does not become ready gives way to the one before" fails 'going back to' install "$bad"
holds "which runs" runs "$two"
holds "and is ready" within 60 is_ready
holds "the record is as before: the patient's session is in it" sudo -u monitord monitord verify -c "$suite"
holds "the package of the version before puts dpkg in order" install "$two"
holds "all is installed, whole" installed "$two"

began=$(date +%s)
holds "the downgrade goes through" install "$one"
echo "        in $(($(date +%s) - began)) s"
holds "the older version runs" runs "$one"
holds "and is ready" within 60 is_ready
holds "versions before the last two are gone" sh -c '[ "$(ls /opt/monitord/versions | wc -l)" = 2 ]'

. /walk/operations.sh

guide "sudo apt remove monitord"
holds "nothing of it is left but record, settings and what was edited" gone /opt/monitord /usr/bin/monitord /usr/lib/monitord /etc/systemd/system/monitord.service /etc/systemd/system/monitord-watcher.service /etc/systemd/system/multi-user.target.wants/monitord.service
holds "the record is there" test -s /var/lib/monitord/monitord.db
holds "the drop-in too" test -s /etc/systemd/system/monitord.service.d/override.conf
holds "installed again, it takes the record up" install "$one"
holds "and says how it is started" grep -q 'systemctl enable --now monitord' /tmp/said
holds "it starts" systemctl enable --now monitord monitord-watcher monitord-backup.timer
holds "and is ready, again" within 60 is_ready
guide "sudo apt purge monitord"
holds "nothing is left" gone /opt/monitord /etc/monitord /var/lib/monitord /etc/udev/rules.d/60-monitord.rules /etc/systemd/system/monitord.service.d
holds "no account either" sh -c '! id monitord'
holds "what the operator bound stays" test -s /etc/udev/rules.d/61-monitord-lines.rules
printf 'failures: %s\n' "$failures"
systemctl poweroff --no-block
