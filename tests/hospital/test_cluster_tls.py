"""The cluster is spoken to with TLS, and only where its certificate and ours are accepted."""

import subprocess
from pathlib import Path

import pytest

from monitord.config.suite.hospital_link import ClusterAccess, ClusterTls
from monitord.errors import DeviceError
from monitord.hospital.cluster_connection import connected
from tests.hospital.nats_servers import NatsServers

pytestmark = [pytest.mark.peer("nats-server"), pytest.mark.peer("openssl")]


def pair(folder: Path, name: str) -> None:
    """A certificate that is its own authority."""
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"]
    made += ["-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", *made], cwd=folder, check=True, capture_output=True)


async def test_both_sides_show_a_certificate_that_the_other_accepts(tmp_path: Path) -> None:
    for name in ("good", "other"):
        pair(tmp_path, name)
    good, key = tmp_path / "good.pem", tmp_path / "good.key"
    own = {"cert_file": str(good), "key_file": str(key), "ca_file": str(good)}

    def access(tls: ClusterTls, servers: NatsServers) -> ClusterAccess:
        urls = tuple(servers.urls)
        return ClusterAccess(servers=urls, nkey_file=tmp_path / "hospital.nk", tls=tls)

    with NatsServers(tmp_path, ["ward"], tls=own) as servers:
        whole = ClusterTls(ca=good, certificate=good, key=key)
        async with connected(access(whole, servers), "whole") as (client, _):
            assert client.is_connected
        stranger = ClusterTls(ca=tmp_path / "other.pem", certificate=good, key=key)
        with pytest.raises(DeviceError, match="certificate of the other side is not accepted"):
            async with connected(access(stranger, servers), "stranger"):
                pass
        with pytest.raises(DeviceError):
            async with connected(access(ClusterTls(ca=good), servers), "nobody"):
                pass
