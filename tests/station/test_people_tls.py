"""The station over TLS: real handshakes with a certificate of the test's own authority."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path

import httpx2
import pytest
import structlog

from monitord.certificates import read_certificates
from monitord.config.suite.suite import Tls
from monitord.errors import StationError
from monitord.model import HOUR, from_datetime
from monitord.station import serve as station_serve
from monitord.station.access.authorization import Access
from monitord.station.access.certificate_renewal import context_of, renew
from monitord.station.app import create_app
from monitord.station.serve import exposed, serve
from tests.builders_station import PaperHost, state, vitals
from tests.peers import GENEROUS_S
from tests.station.peopled import Peopled, peopled, sign_in
from tests.station.served import until

pytestmark = pytest.mark.peer("openssl")

NAME = "station.clinic.example"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return certified(tmp_path_factory.mktemp("tls"))


def certified(folder: Path) -> Tls:
    """A new certificate in the folder, its own authority."""
    names = f"subjectAltName=DNS:{NAME},DNS:localhost,IP:127.0.0.1"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    files = ["-keyout", "station.key", "-out", "station.pem", "-subj", f"/CN={NAME}"]
    subprocess.run(
        [*command, *files, "-addext", names], cwd=folder, check=True, capture_output=True
    )
    return Tls(certificate=folder / "station.pem", key=folder / "station.key")


@pytest.fixture
def people(tmp_path: Path) -> Peopled:
    found = peopled(tmp_path, PaperHost(**{"1": state("1", readings=vitals())}))
    login = found.access.login
    return Peopled(
        found.journal, found.host, Access(login=login, names=(NAME, "0.0.0.0"), secure=True)
    )


@asynccontextmanager
async def secure(people: Peopled, tls: Tls, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """The port of a station over TLS."""
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    app = create_app(people.host, people.access)
    serving = asyncio.create_task(serve(app, host, 0, bound.set_result, tls=tls))
    try:
        port = await bound
        await until(lambda: people.known.loaded)
        yield port
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        people.journal.close()


def trusting(tls: Tls) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(tls.certificate))


async def test_a_page_signs_in_over_tls_and_its_cookie_stays_there(
    people: Peopled, tls: Tls
) -> None:
    async with (
        secure(people, tls) as port,
        httpx2.AsyncClient(base_url=f"https://localhost:{port}", verify=trusting(tls)) as http,
    ):
        http.headers["origin"] = f"https://localhost:{port}"
        answer = await sign_in(http, "nurse")
        assert answer.status_code == 204
        assert "secure" in answer.headers["set-cookie"].lower()
        assert "strict-transport-security" in answer.headers
        assert (await http.get("/api/beds")).status_code == 200
        http.headers["origin"] = f"http://localhost:{port}"
        assert (await http.get("/api/beds")).status_code == 403


async def test_it_answers_to_its_own_names_only(people: Peopled, tls: Tls) -> None:
    async with (
        secure(people, tls, "0.0.0.0") as port,
        httpx2.AsyncClient(base_url=f"https://127.0.0.1:{port}", verify=trusting(tls)) as http,
    ):
        for host, status in ((NAME, 200), (NAME.upper(), 200), ("other.example", 403)):
            answer = await http.get("/api/session", headers={"host": f"{host}:{port}"})
            assert answer.status_code == status


@pytest.mark.parametrize(
    ("version", "spoken"),
    [(ssl.TLSVersion.TLSv1_1, None), (ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (None, "TLSv1.3")],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_tls_1_2_and_later_is_spoken_and_nothing_older(
    people: Peopled, tls: Tls, version: ssl.TLSVersion | None, spoken: str | None
) -> None:
    context = trusting(tls)
    if version is not None:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version

    def handshake(port: int) -> str | None:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=GENEROUS_S) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as wrapped,
        ):
            return wrapped.version()

    async with secure(people, tls) as port:
        if spoken is None:
            with pytest.raises(ssl.SSLError):
                await asyncio.to_thread(handshake, port)
        else:
            assert await asyncio.to_thread(handshake, port) == spoken


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x02\x00"], ids=["silent", "half a hello"])
async def test_who_does_not_finish_the_handshake_loses_the_connection_and_who_did_keeps_it(
    people: Peopled, tls: Tls, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(station_serve, "HANDSHAKE_S", 0.3)
    monkeypatch.setattr("asyncio.constants.SSL_HANDSHAKE_TIMEOUT", 3600.0)
    async with secure(people, tls) as port:
        there = None
        while there is None:  # a busy machine may need more than one attempt
            with suppress(OSError):
                there = await asyncio.open_connection("localhost", port, ssl=trusting(tls))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        with suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()
        there[1].write(f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        assert b"200 OK" in await there[0].readline()
        there[1].close()


async def test_plain_text_to_a_tls_port_gets_no_page(people: Peopled, tls: Tls) -> None:
    async with secure(people, tls) as port, httpx2.AsyncClient() as http:
        with pytest.raises(httpx2.TransportError):
            await http.get(f"http://127.0.0.1:{port}/")


async def test_a_certificate_that_cannot_be_used_is_a_clear_error(
    people: Peopled, tls: Tls, tmp_path: Path
) -> None:
    app = create_app(people.host, people.access)
    for wrong in (
        Tls(certificate=tmp_path / "none.pem", key=tls.key),
        Tls(certificate=tls.key, key=tls.key),
    ):
        with pytest.raises(StationError, match="the station cannot use"):
            await serve(app, "127.0.0.1", 0, tls=wrong)
    people.journal.close()


def test_when_a_certificate_is_valid_is_read_from_its_file(tls: Tls, tmp_path: Path) -> None:
    (found,) = read_certificates(tls.certificate)
    end = found.end
    assert end - found.begin == 2 * 24 * HOUR
    assert found.names == (NAME, "localhost", "127.0.0.1")
    assert found.rsa_bits == 2048
    command = ["openssl", "x509", "-noout", "-enddate", "-in", str(tls.certificate)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    named = done.stdout.strip().replace("GMT", "+0000")
    assert end == from_datetime(datetime.strptime(named, "notAfter=%b %d %H:%M:%S %Y %z"))
    for broken in (tls.key.read_text(), "", tls.certificate.read_text().replace("MII", "AAA", 1)):
        (tmp_path / "broken.pem").write_text(broken)
        with pytest.raises(ValueError, match="no certificate"):
            read_certificates(tmp_path / "broken.pem")


async def test_a_new_certificate_is_used_without_a_restart(tmp_path: Path) -> None:
    tls = certified(tmp_path)
    context = context_of(tls)
    served = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0, ssl=context)
    port = served.sockets[0].getsockname()[1]

    def shown() -> str:
        return ssl.get_server_certificate(("127.0.0.1", port), timeout=GENEROUS_S)

    told: list[str] = []
    renewing = asyncio.create_task(renew(tls, context, told.append, every_s=0.01))
    try:
        with structlog.testing.capture_logs() as logs:
            first = await asyncio.to_thread(shown)
            tls.key.write_text("not a key")
            await until(lambda: bool(logs))
            assert [line["event"] for line in logs] == ["certificate_refused"]
            assert "the old one goes on" in told[-1]
            assert "no certificate or key that can be read" in told[-1]
            assert await asyncio.to_thread(shown) == first
            certified(tmp_path)
            await until(lambda: logs[-1]["event"] == "certificate_renewed")
            assert await asyncio.to_thread(shown) != first
            assert told[-1] == ""
    finally:
        renewing.cancel()
        served.close()


def test_a_network_needs_accounts_and_tls() -> None:
    assert exposed("0.0.0.0", accounts=True, tls=True) is None
    assert "no tls" in (exposed("0.0.0.0", accounts=True, tls=False) or "")
    assert "no accounts" in (exposed("0.0.0.0", accounts=False, tls=True) or "")
    assert exposed("127.0.0.1", accounts=False, tls=False) is None
