# How release/walk makes machines, boots them and starts the container; sourced by it.

say() { printf 'walk: %s\n' "$*" >&2; }
have() {
    command -v "$1" >/dev/null 2>&1 || { say "this walk needs: apt-get install $2"; return 1; }
}
suite_of() { case $1 in 12) echo bookworm ;; 13) echo trixie ;; esac; }

# machine NUMBER FOLDER: a Debian that boots, with what a package asks for, so that nothing is fetched later.
machine() {
    have mmdebstrap mmdebstrap && have systemd-nspawn systemd-container || return 1
    base=$out/made/machine-$1.tar
    if [ ! -s "$base" ]; then
        mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,dbus,udev,sudo,curl,procps,python3,python3-venv,alsa-utils,mosquitto,mosquitto-clients,libgomp1,zlib1g,libstdc++6 \
            "$(suite_of "$1")" "${base%.tar}.new.tar" >"$base.log" 2>&1 || { tail -n 5 "$base.log" >&2; return 1; }
        mv "${base%.tar}.new.tar" "$base"
    fi
    tar xf "$base" -C "$2"
    mkdir "$2/walk"
    # There is no sound card: what would play on it is taken, and plays nothing.
    printf '#!/bin/sh\nexec cat >/dev/null\n' >"$2/usr/local/bin/aplay"
    chmod 755 "$2/usr/local/bin/aplay"
    # A machine that is thrown away need not survive a power cut.
    echo force-unsafe-io >"$2/etc/dpkg/dpkg.cfg.d/walk"
    cp "$root"/release/walks/*.sh "$root/release/walks/suite.yaml" "$2/walk/"
}

# boot FOLDER SCRIPT: runs a script of walks/ as a unit of the booted machine; what it wrote comes out.
boot() {
    printf '[Unit]\nAfter=basic.target mosquitto.service\n[Service]\nType=oneshot\nExecStart=/bin/sh /walk/%s\nStandardOutput=file:/walk/out\nStandardError=inherit\n' \
        "$2" >"$1/etc/systemd/system/walk.service"
    mkdir -p "$1/etc/systemd/system/multi-user.target.wants"
    ln -sf ../walk.service "$1/etc/systemd/system/multi-user.target.wants/walk.service"
    : >"$1/walk/out"
    (cd "${1%/*}" && timeout 3600 systemd-nspawn -D "$1" -b --register=no --keep-unit --private-network </dev/null >"${1%/*}/console" 2>&1) || tail -n 5 "${1%/*}/console"
    cat "$1/walk/out"
    grep -q '^failures: 0$' "$1/walk/out"
}

# repack PACKAGE VERSION FOLDER [FAULTY]: the same package under another version; a faulty one does everything but run.
repack() {
    was=$(dpkg-deb -f "$1" Version)
    tree=$3/repacked
    rm -rf "$tree"
    dpkg-deb -R "$1" "$tree"
    mv "$tree/usr/lib/monitord/$was" "$tree/usr/lib/monitord/$2"
    grep -rlF "$was" "$tree/DEBIAN" "$tree/usr/lib/monitord/$2/bin" "$tree/usr/lib/monitord/$2/pyvenv.cfg" | while read -r file; do
        [ -L "$file" ] || sed -i "s|$was|$2|g" "$file"
    done
    if [ "${4:-}" = faulty ]; then
        sed -i '1a import sys\nif sys.argv[1:2] == ["run"]: sys.exit(1)' "$tree/usr/lib/monitord/$2/bin/monitord"
    fi
    (cd "$tree" && find usr etc -type f -exec md5sum {} + >DEBIAN/md5sums)
    dpkg-deb -b -Znone "$tree" "$3/monitord_$2_$machine.deb" >/dev/null
    rm -rf "$tree"
}

deb_walk() {
    one=$version-1+deb${1}u1
    package=$out/monitord_${one}_$machine.deb
    [ -f "$package" ] || { say "no $package: release/make deb-$1"; return 1; }
    room=$(mktemp -d)
    mkdir "$room/machine"
    machine "$1" "$room/machine" || { rm -rf "$room"; return 1; }
    cp "$package" "$room/machine/walk/"
    repack "$package" "$version-2+deb${1}u1" "$room/machine/walk"
    repack "$package" "$version-3+deb${1}u1" "$room/machine/walk" faulty
    printf 'one=%s two=%s bad=%s machine=%s version=%s debian=%s\n' "$one" "$version-2+deb${1}u1" "$version-3+deb${1}u1" "$machine" "$version" "$1" >"$room/machine/walk/versions"
    boot "$room/machine" deb.sh
    status=$?
    rm -rf "$room"
    return $status
}

bundle_walk() {
    bundle=$out/monitord-$version-$machine.tar
    [ -f "$bundle" ] || { say "no $bundle: release/make bundle"; return 1; }
    room=$(mktemp -d)
    mkdir "$room/machine"
    machine "$1" "$room/machine" || { rm -rf "$room"; return 1; }
    cp "$bundle" "$bundle.sha256" "$room/machine/walk/"
    printf 'version=%s machine=%s debian=%s\n' "$version" "$machine" "$1" >"$room/machine/walk/versions"
    boot "$room/machine" bundle.sh
    status=$?
    rm -rf "$room"
    return $status
}

container_walk() {
    have podman podman && have podman-compose podman-compose && have unshare util-linux || return 1
    [ -f "$out/monitord-$version-image.tar" ] || { say "no image: release/make image"; return 1; }
    if [ ! -s "$out/made/mosquitto.tar" ]; then
        mmdebstrap --quiet --variant=minbase --include=mosquitto,mosquitto-clients trixie "$out/made/mosquitto.new.tar" >"$out/made/mosquitto.log" 2>&1 || return 1
        mv "$out/made/mosquitto.new.tar" "$out/made/mosquitto.tar"
    fi
    room=$(mktemp -d)
    export root out version machine room
    unshare --net --mount sh "$root/release/walks/container.sh" 2>&1 | tee "$out/made/container.out"
    rm -rf "$room"
    grep -q '^failures: 0$' "$out/made/container.out"
}
