"""Handing over every chair is one action: each bed with a session has it in its record, or none has."""

from monitord.model import HandOver, HandOverAll
from monitord.record.record import read_record
from tests.daemon.livekit import Paper, live, nonin
from tests.peers import PseudoTerminal

ALL = HandOverAll(id="h", by="anna", to="ben", note="bed 2 is tired")


async def test_every_chair_with_a_patient_is_handed_over_at_once(
    paper: Paper, line2: PseudoTerminal
) -> None:
    paper.beds |= {"2": nonin(line2)}
    async with live(paper) as ward:
        nobody = await ward.daemon.host.act(None, ALL)
        assert nobody.refused is not None
        assert "nothing to hand over" in nobody.refused
        sessions = {}
        for bed in ("1", "2"):
            await ward.desk.infuse(bed)
            sessions[bed] = (await ward.desk.tile(bed))["session"]["id"]
        for _ in range(2):
            # Sent again it is done once.
            answer = await ward.daemon.host.act(None, HandOverAll(id="i", by="anna", to="ben"))
            assert answer.refused is None
        found = {
            bed: [
                (event.body.by, event.body.to)
                for _, event in read_record(ward.journal, session).events
                if isinstance(event.body, HandOver)
            ]
            for bed, session in sessions.items()
        }
        assert found == {bed: [("anna", "ben")] for bed in ("1", "2")}
