"""A shadow candidate comes into force by an approver alone, on a report, and the audit chain knows it."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from monitord.cli import app
from monitord.config import approve, identity, read_protocol, read_suite
from monitord.config.protocol.approval import as_text
from monitord.daemon.sequencing.clock import wall_time
from monitord.engine.protocol.protocol import Protocol
from monitord.plugins import load_plugins
from monitord.store.accounts import Account, Note, People
from monitord.store.chain_verification import verify
from monitord.store.database.database import Database
from monitord.store.journal.journal import Journal
from tests.builders import settings
from tests.daemon.livekit import PROTOCOL, Paper
from tests.record.journaled import JournaledBed
from tests.store.builders import people_notes

PASSWORD = "a long enough sentence"
SLOW = PROTOCOL.replace("DELAY", "1s").replace('limit: "<90"', 'limit: "<88"')


class Clinic:
    """A suite file with a candidate, a journal with one session, an approver and a nurse."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        device = {"oximeter": {"driver": "nonin", "port": "/dev/null"}}
        told = {"terminal": {"notifier": "terminal"}}
        self.paper = Paper(folder=folder, beds={"1": device}, destinations=told)
        self.paper.more = {"shadow": {"brief": "./candidate.yaml"}}
        self.paper.write()
        self.candidate(SLOW)
        self.report = folder / "report.jsonl"

    def candidate(self, text: str) -> Protocol:
        place = self.folder / "candidate.yaml"
        place.write_text(text)
        return read_protocol(str(place))

    def one_session(self) -> None:
        brief = read_protocol(str(self.folder / "brief.yaml"))
        bed = JournaledBed(settings(protocols={"brief": brief}))
        bed.admit(session="s1", protocol="brief")
        bed.start_infusion(override="test")
        bed.spo2(89, for_="20s")
        bed.write(self.paper.journal)

    def staff(self) -> None:
        hashed = PasswordHasher().hash(PASSWORD)
        database = Database(self.paper.journal)
        for name, role in (("Ada", "approver"), ("Nell", "nurse")):
            note = Note(at=wall_time(), who="test", what="added", whom=name)
            People(database).save(Account(name=name, role=role, password=hashed), note)
        database.close()

    def shadow(self) -> None:
        told = CliRunner().invoke(
            app, ["shadow", "-c", str(self.paper.path), "--out", str(self.report)]
        )
        assert told.exit_code == 0, told.output

    def promote(self, by: str = "ada", password: str = PASSWORD) -> Result:
        words = ["promote", "brief", "-c", str(self.paper.path), "--report", str(self.report)]
        return CliRunner().invoke(app, [*words, "--by", by], input=f"{password}\n")

    def noted(self) -> list[dict[str, str]]:
        """The audit chain's lines about people, once a daemon has looked after them."""
        with Journal.open(self.paper.journal) as journal:
            journal.chain_people()
        database = Database(self.paper.journal, read_only=True)
        notes = people_notes(database)
        assert verify(database).faults == ()
        database.close()
        return [json.loads(note) for note in notes]


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = Clinic(tmp_path)
    clinic.one_session()
    clinic.staff()
    clinic.shadow()
    return clinic


def test_a_promotion_stands_in_the_audit_chain_with_who_what_and_the_report(clinic: Clinic) -> None:
    done = clinic.promote()
    assert done.exit_code == 0, done.output
    (note,) = (each for each in clinic.noted() if each["what"].startswith("promoted"))
    assert note["who"] == "Ada"
    candidate = read_protocol(str(clinic.folder / "candidate.yaml"))
    current = read_protocol(str(clinic.folder / "brief.yaml"))
    digest = sha256(clinic.report.read_bytes()).hexdigest()
    assert note["what"] == (
        f"promoted {identity(candidate)} in place of {identity(current)} "
        f"on the shadow report sha256:{digest}: 1 sessions, 1 lost"
    )


def test_what_is_printed_makes_the_candidate_the_approved_protocol(clinic: Clinic) -> None:
    done = clinic.promote()
    candidate = read_protocol(str(clinic.folder / "candidate.yaml"))
    suite = read_suite(clinic.paper.path, load_plugins())
    today = datetime.now(UTC).astimezone().date()
    signed = approve(candidate, by="Ada", role="approver", on=today)
    assert as_text(signed) in done.stdout
    assert "  - ./candidate.yaml\n" in done.stdout
    # Until somebody writes them into the file, what was in force is.
    assert suite.protocols["brief"] == read_protocol(str(clinic.folder / "brief.yaml"))


@pytest.mark.parametrize(
    ("by", "password"), [("nell", PASSWORD), ("ada", "another long sentence"), ("eve", PASSWORD)]
)
def test_nobody_but_an_approver_with_the_password_promotes(
    clinic: Clinic, by: str, password: str
) -> None:
    done = clinic.promote(by, password)
    assert done.exit_code != 0
    assert "is no approver with this password" in str(done.exception)
    assert not [each for each in clinic.noted() if "promoted" in each["what"]]


def test_a_report_of_another_candidate_or_of_no_session_promotes_nothing(clinic: Clinic) -> None:
    clinic.candidate(SLOW.replace('"<88"', '"<87"'))
    assert "the candidate is brief@1#" in str(clinic.promote().exception)
    head, *rows = clinic.report.read_text().splitlines()
    clinic.candidate(SLOW)
    alone = json.loads(head)
    alone["ran"]["brief"]["sessions"] = []
    alone["broken"] = ["1"]
    clinic.report.write_text("\n".join([json.dumps(alone), *rows]) + "\n")
    refused = str(clinic.promote().exception)
    assert "no session ran beside the candidate" in refused
    assert "the candidate failed on beds 1" in refused
    clinic.report.write_text("nothing\n")
    assert "no report of `monitord shadow --out`" in str(clinic.promote().exception)
    assert not [each for each in clinic.noted() if "promoted" in each["what"]]


def test_the_tally_is_counted_and_not_believed(clinic: Clinic) -> None:
    head, *rows = clinic.report.read_text().splitlines()
    forged = json.loads(head)
    forged["ran"]["brief"]["differences"] = "no difference"
    clinic.report.write_text("\n".join([json.dumps(forged), *rows]) + "\n")
    assert "its lines are 1 lost" in str(clinic.promote().exception)
    clinic.report.write_text("\n".join([json.dumps(forged)]) + "\n")
    done = (
        clinic.promote()
    )  # a line that was left out cannot be seen: the digest names what was signed
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("differences", "1 lost\nbeds: {}"),
        ("candidate", "brief@1#0\n  - ./evil.yaml"),
        ("beside", "x\napprovals: []"),
    ],
)
def test_text_of_a_report_becomes_no_line_of_a_suite_file(
    clinic: Clinic, key: str, text: str
) -> None:
    head, *rows = clinic.report.read_text().splitlines()
    forged = json.loads(head)
    forged["ran"]["brief"][key] = text
    clinic.report.write_text("\n".join([json.dumps(forged), *rows]) + "\n")
    done = clinic.promote()
    assert done.exit_code != 0
    assert "evil" not in done.output
    assert "beds" not in done.output


def test_a_report_of_another_journal_or_of_strange_sessions_promotes_nothing(
    clinic: Clinic,
) -> None:
    head, *rows = clinic.report.read_text().splitlines()
    forged = json.loads(head)
    forged["head"] = "1:" + "0" * 64
    clinic.report.write_text("\n".join([json.dumps(forged), *rows]) + "\n")
    assert "made on another journal" in str(clinic.promote().exception)
    forged = json.loads(head)
    forged["ran"]["brief"]["sessions"] = ["s1", "s2"]
    clinic.report.write_text("\n".join([json.dumps(forged), *rows]) + "\n")
    assert "1 of its sessions are not in the journal" in str(clinic.promote().exception)
    clinic.report.write_text(f'{head}\n{{"session": "s9"}}\n')
    assert "no report of" in str(clinic.promote().exception)


def test_a_report_holds_every_difference_for_who_reads_it(clinic: Clinic) -> None:
    head, *rows = map(json.loads, clinic.report.read_text().splitlines())
    assert head["ran"]["brief"]["differences"] == "1 lost"
    assert [(row["session"], row["change"], row["alarm"]) for row in rows] == [
        ("s1", "lost", "spo2_low")
    ]
