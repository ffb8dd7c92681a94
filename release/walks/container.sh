# The container by its compose file: run by release/walk on this machine, in a network of its own. $room, $out, $version.
. "$root/release/walks/steps.sh"
ip link set lo up
mkdir "$room/etc" "$room/place"
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$room" "$room" >"$room/storage.conf"
printf '[containers]\ncgroups = "disabled"\nlog_driver = "k8s-file"\n[engine]\nevents_logger = "file"\ncgroup_manager = "cgroupfs"\n' >"$room/containers.conf"
export CONTAINERS_STORAGE_CONF="$room/storage.conf" CONTAINERS_CONF="$room/containers.conf"
export SUITE="$room/etc" MOSQUITTO=localhost/mosquitto:2
# What the guide asks of root is asked of podman here; sudo would take the environment away.
mkdir "$room/bin"
printf '#!/bin/sh\nexec "$@"\n' >"$room/bin/sudo"
chmod 755 "$room/bin/sudo"
PATH=$room/bin:$PATH
debian=13
cp "$root/release/container/compose.yaml" "$root/release/container/mosquitto.conf" "$room/place/"
cp "$out/monitord-$version-image.tar" "$room/place/"
cp "$root/release/walks/suite.yaml" "$room/etc/"
chmod -R a+rX "$room"
cd "$room/place" || exit 1

holds "a broker's image, of Debian's own" podman import -q --change 'CMD ["mosquitto", "-c", "/mosquitto/config/mosquitto.conf"]' "$out/made/mosquitto.tar" "$MOSQUITTO"
guide "sudo podman load -i monitord-0.1.0-image.tar"
holds "the image has the name of the compose file" podman image exists "localhost/monitord:$version"
in_image() { podman run --rm --network host --user root -v "$SUITE:/etc/monitord" "localhost/monitord:$version" "$@"; }
for protocol in ketamine_iv_0_5_40 bed_without_session; do
    holds "$protocol is approved" in_image approve "$protocol" --by "A. Trial" --role trial -c /etc/monitord/suite.yaml --write
done
holds "check finds no fault" in_image check /etc/monitord/suite.yaml
mkfifo orders
(sleep 1000 >orders & echo $! >sleeper; exec podman run -i --name patient --network host "localhost/monitord:$version" simulate nonin --port tcp://127.0.0.1:4001 <orders >patient.log 2>&1) &
guide "sudo podman-compose up -d"
holds "monitord is ready" within 90 is_ready
podman exec place_mosquitto_1 mosquitto_sub -h 127.0.0.1 -t 'monitord/walk/alarms/#' >/tmp/heard &
listener=$!
sleep 2
began=$(date +%s)
echo 'spo2 84 60s' >orders
holds "an alarm comes out on the broker" within 60 heard 'SpO2 8'
echo "        after $(($(date +%s) - began)) s"
head -c 300 /tmp/heard; echo
holds "the watcher lives" podman exec place_watcher_1 test -s /run/monitord-watcher/state
holds "what podman asks of its health is answered" podman exec place_monitord_1 /opt/monitord/current/bin/python -m monitord.daemon.health.ready /etc/monitord/suite.yaml 2
holds "it runs under the service's account" sh -c 'podman exec place_monitord_1 id -un | grep -qx monitord'
holds "podman-compose down" podman-compose down
kill "$listener" "$(cat sleeper)" 2>/dev/null
podman rm -f patient >/dev/null 2>&1
holds "the record is kept in its volume" sh -c 'podman volume ls -q | grep -q record'
printf 'failures: %s\n' "$failures"
