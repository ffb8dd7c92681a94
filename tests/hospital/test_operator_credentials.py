"""An operator's own cluster: `.creds` files of a suite and of the hospital in place of NKey seeds."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from monitord.config.suite.hospital_link import HospitalLink
from monitord.errors import DeviceError
from monitord.hospital import subjects
from monitord.hospital.cluster_connection import connected
from monitord.hospital.server_config import ServerNode
from tests.daemon.livekit import Finger, Paper, live, nonin, running
from tests.hospital.hospital_kit import hospital_file, hospital_running
from tests.hospital.nats_servers import NatsNode, NatsServers
from tests.hospital.operator_credentials import Permissions, operator_config, suite_permissions
from tests.peers import PseudoTerminal, free_port, until

pytestmark = pytest.mark.peer("nats-server")


async def test_with_an_operators_credentials_a_suite_writes_its_own_and_is_answered(
    tmp_path: Path, line1: PseudoTerminal
) -> None:
    port = free_port()
    users = {"hospital": Permissions()} | {
        name: suite_permissions(name) for name in ("ward", "north")
    }
    text = operator_config(tmp_path, users, port)
    own = ServerNode(name="n1", client=f"127.0.0.1:{port}", cluster="", store="")
    node = NatsNode(tmp_path, own, text)
    node.start()
    link = {
        "servers": [node.url],
        "credentials_file": str(tmp_path / "ward.creds"),
        "numerics": "1s",
        "answers": ["acknowledge"],
    }
    paper = Paper(
        folder=tmp_path,
        beds={"1": nonin(line1)},
        destinations={"desk": {"notifier": "command", "run": ["/bin/true"]}},
        more={"hospital": link},
    )
    path = hospital_file(
        tmp_path,
        [node.url],
        cluster={"servers": [node.url], "credentials_file": "hospital.creds"},
    )
    finger = Finger(line1)
    try:
        async with running(finger.run()), live(paper) as suite, hospital_running(path) as here:
            await suite.desk.infuse("1")
            finger.spo2 = 80
            await suite.until("spo2_low", "start")
            overview: list[dict[str, Any]] = []

            async def alarmed() -> bool:
                overview[:] = (await here.view())["beds"]
                return bool(overview and overview[0]["alarms"])

            while not await alarmed():  # noqa: ASYNC110 - a page has no event
                await asyncio.sleep(0.1)
            assert (await here.answer(overview[0]))[0] == 204
            assert (await suite.until("spo2_low", "acknowledge"))["by"] == "anna"
        # What another suite's user writes under this one's name is not let in.
        stranger = HospitalLink(servers=(node.url,), credentials_file=tmp_path / "north.creds")
        async with connected(stranger, "north", subjects.inbox("north")) as (client, lost):
            await client.publish(subjects.record_subject("ward", "1"), b"{}")
            await client.flush()
            await until(lambda: "permissions violation" in lost.why.lower())
    finally:
        node.kill()


@pytest.mark.parametrize("text", ["", "no key", "SUAB", "-----BEGIN NATS USER JWT-----\nx\n", None])
@pytest.mark.parametrize("kind", ["credentials_file", "nkey_file"])
async def test_a_file_that_is_no_key_is_a_fault_in_words_and_ends_nothing(
    tmp_path: Path, servers: NatsServers, kind: str, text: str | None
) -> None:
    file = tmp_path / "file"
    if text is not None:
        file.write_text(text)
    link = HospitalLink(servers=tuple(servers.urls), **{kind: file})  # type: ignore[arg-type]
    with pytest.raises(DeviceError, match=r"the hospital's cluster: .+"):
        async with connected(link, "ward"):
            pass
