"""A suite file is resolved whole, or every fault in it is told with its line."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.config import default_database, read_suite, read_suite_document
from monitord.config.files.yaml_file import read_text
from monitord.engine.protocol.protocol import SETTINGS
from monitord.errors import ConfigError
from monitord.model import SECOND, Priority, Signal
from monitord.plugins import DEVICES, Plugin, Plugins, PluginStatus
from tests.builders_config import PLUGINS, SUITE, changed, suite, suite_faults
from tests.effort import examples


def test_a_suite_gives_each_bed_its_settings() -> None:
    settings = suite().settings("2")
    assert (settings.suite, settings.bed) == ("ward", "2")
    source = settings.sources["oximeter"]
    assert source.signals == (Signal.PULSE_RATE, Signal.SPO2)
    assert (source.interval, source.simulated) == (4 * SECOND, False)
    assert settings.watch.name == "bed_without_session"
    assert list(settings.protocols) == ["ketamine_iv_0_5_40"]
    assert settings.routes[Priority.HIGH].tiers[1].after == 30 * SECOND


def test_the_journaled_document_reads_back_as_the_same_settings() -> None:
    configured = suite().configured("1")
    assert SETTINGS.validate_json(configured.document) == suite().settings("1")
    assert configured.digest != suite().configured("2").digest
    assert configured == suite().configured("1")


def test_the_suites_own_engine_watches_no_patient_and_has_its_own_routes() -> None:
    extra = "  suite:\n    high:\n      tiers:\n        - to: [desk]\n"
    own = suite(("  medium:\n", extra + "  medium:\n")).settings(None)
    assert (own.bed, own.watch.rules, own.protocols) == (None, {}, {})
    assert own.routes[Priority.HIGH].tiers[0].to == ("desk",)
    assert own.routes[Priority.MEDIUM].tiers[0].to == ("pager",)


def test_a_bed_without_a_label_is_called_by_its_number() -> None:
    assert [bed.label for bed in suite().beds.values()] == ["Window", "Bed 2"]


def test_a_database_file_stands_beside_the_suite_file() -> None:
    assert suite().database == "/srv/suite/journal.db"
    assert suite(("journal.db", "postgresql://u@h/db")).database == "postgresql://u@h/db"


def test_without_a_database_the_journal_is_in_the_state_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    assert suite(("database: journal.db\n", "")).database == str(tmp_path / "monitord.db")
    monkeypatch.delenv("STATE_DIRECTORY")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_database() == tmp_path / "monitord" / "monitord.db"


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("suite: ward", "suite: a/b", 1, "may hold letters"),
        ("suite: ward\n", "", 1, "suite: is missing"),
        ("journal.db", "postgresql://u:pw@h/db", 2, "no password here"),
        ("protocols: [ketamine_iv_0_5_40]", "protocols: [ketamine]", 3, "no protocol is called 'ketamine'"),
        ("protocols: [ketamine_iv_0_5_40]", "protocols: [bed_without_session]", 3, "has no phases"),
        ("protocols: [ketamine_iv_0_5_40]", "watch: bed_without_sesion", 3, "did you mean 'bed_without_session'?"),
        ("protocols: [ketamine_iv_0_5_40]", "protocols: [./none.yaml]", 0, "cannot be read"),
        ("driver: probe\n        port", "driver: prope\n        port", 9, "did you mean 'probe'?"),
        ("        driver: probe\n", "", 8, "is missing, or no word; known: failing, probe"),
        ("        port: /dev/ttyUSB0\n", "", 8, "oximeter.port: is missing"),
        ("port: /dev/ttyUSB0", "prot: /dev/ttyUSB0", 10, "did you mean 'port'?"),
        ("/dev/ttyUSB1", "/dev/ttyUSB0", 13, "is taken by beds.1.devices.oximeter in line 8"),
        ("driver: probe", "driver: untried", 9, "say `accept_unverified: true`"),
        ("driver: probe", "driver: failing", 8, "ZeroDivisionError"),
        ("interval: 4s", "interval: 4", 13, "write a number with its unit"),
        ("interval: 4s", "password: x", 13, "no secrets in this file"),
        ("label: Window", "lable: Window", 6, "did you mean 'label'?"),
        ("label: Window", "cuff: {minimum_interval: 5s}", 6, "must be 1min or longer"),
        ("label: Window", "cuff: {per_hour: 100}", 6, "must be 1 to 20"),
        ('  "2":', '  "2 b":', 11, "may hold letters"),
        ("notifier: bell", "notifier: bel", 15, "did you mean 'bell'?"),
        ("http://127.0.0.1:1/", "http://me:secret@127.0.0.1:1/", 16, "no password in this file"),
        ("{notifier: bell}", "{notifier: bell, headers: {Authorization: x}}", 15, "no secrets"),
        ("to: [desk]", "to: [dsek]", 20, "no destination 'dsek'; did you mean 'desk'?"),
        ("to: [desk]", "to: []", 20, "names nobody"),
        ("    tiers:\n      - to: [pager]\n", "    tiers: []\n", 24, "needs at least one tier"),
        ("after: 30s", "after: 0s", 22, "must be later than the tier before it"),
        ("to: [desk]\n", "to: [desk]\n        after: 5s\n", 21, "the first tier is told at once"),
        ("      - to: [pager]\n", "      - to: [pager]\n    repeat: 0s\n", 26, "must be 10s or longer"),
        ("  medium:\n    tiers:\n      - to: [pager]\n", "", 17, "routes.medium: is missing"),
        ("suite: ward", "station: {host: 0.0.0.0}\nsuite: ward", 1, "needs `tls`"),
        (
            "suite: ward",
            "station: {host: 0.0.0.0, open: true, tls: {certificate: a, key: b}}\nsuite: ward",
            1,
            "a station without accounts is for this machine only",
        ),
        ("suite: ward", "station: {port: 70000}\nsuite: ward", 1, "must be 65535 or less"),
        ("suite: ward", "approvals: [{protocol: watch}]\nsuite: ward", 1, "digest: is missing"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_what_to_do(
    old: str, new: str, line: int, sentence: str
) -> None:
    found = suite_faults((old, new))
    place = f"suite.yaml:{line}:" if line else ""
    assert any(place in fault and sentence in fault for fault in found), found


def test_faults_in_every_part_are_told_at_once() -> None:
    found = suite_faults(
        ("driver: probe", "driver: prope"),
        ("interval: 4s", "interval: 4"),
        ("notifier: bell", "notifier: bel"),
        ("to: [desk]", "to: [dsek]"),
        ("suite: ward\n", "suite: ward\ncolour: red\n"),
    )
    assert [int(fault.split(":")[1]) for fault in found] == [2, 10, 14, 16, 21]


def test_a_driver_that_is_broken_says_why() -> None:
    broken = Plugin(
        group=DEVICES, name="bad", package="x", status=PluginStatus.BROKEN, reason="ImportError: y"
    )
    document = read_text(changed(SUITE, ("driver: probe", "driver: bad")), "suite.yaml")
    plugins = Plugins(drivers=PLUGINS.drivers, notifiers=PLUGINS.notifiers, found=(broken,))
    with pytest.raises(ConfigError, match="'bad' cannot be used: ImportError: y"):
        read_suite_document(document, plugins, near=Path())


def test_the_same_line_by_two_names_is_still_one_line(tmp_path: Path) -> None:
    link = tmp_path / "by-id"
    link.symlink_to("/dev/ttyUSB0")
    assert any("is taken by" in fault for fault in suite_faults(("/dev/ttyUSB1", str(link))))


def test_an_unverified_driver_is_taken_where_the_file_accepts_it() -> None:
    accepted = suite(("driver: probe", "driver: untried\n        accept_unverified: true"))
    assert accepted.beds["1"].devices["oximeter"].accept_unverified


def test_a_pseudo_terminal_is_marked_as_simulated() -> None:
    twin = suite(("/dev/ttyUSB0", "/dev/pts/7"))
    assert twin.settings("1").sources["oximeter"].simulated


def test_a_protocol_file_is_found_beside_the_suite_file(tmp_path: Path) -> None:
    from tests.builders_config import PROTOCOL

    (tmp_path / "ours.yaml").write_text(PROTOCOL, encoding="utf-8")
    path = tmp_path / "suite.yaml"
    path.write_text(SUITE.replace("ketamine_iv_0_5_40", "./ours.yaml"), encoding="utf-8")
    assert list(read_suite(path, PLUGINS).protocols) == ["small"]
    (tmp_path / "ours.yaml").write_text(PROTOCOL.replace('"<90"', "90"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"ours\.yaml:18: .*write its relation"):
        read_suite(path, PLUGINS)


LINES = SUITE.splitlines()
PIECES = st.sampled_from(
    ["x", "1", "[]", "{}", "~", "- a", "a: b", "[[1]]", '"', "&a", "*a", "true", "-1", "1e999"]
)


def _reads(text: str) -> None:
    try:
        read_suite_document(read_text(text, "suite.yaml"), PLUGINS, near=Path(os.devnull))
    except ConfigError as error:
        assert error.faults  # noqa: PT017 - either outcome is right


@settings(max_examples=examples(60))
@given(
    st.lists(st.tuples(st.integers(0, len(LINES) - 1), PIECES, st.booleans()), max_size=4),
    st.integers(0, len(LINES)),
)
def test_any_change_of_a_suite_file_gives_a_suite_or_a_config_error(
    changes: list[tuple[int, str, bool]], until: int
) -> None:
    lines = LINES[: until or len(LINES)]
    for number, piece, whole in changes:
        if number < len(lines):
            key = lines[number].partition(":")[0]
            lines[number] = piece if whole else f"{key}: {piece}"
    _reads("\n".join(lines))


@settings(max_examples=examples(60))
@given(st.text(max_size=100))
def test_any_text_gives_a_suite_or_a_config_error(text: str) -> None:
    _reads(text)
    _reads(f"beds: {text}")
    _reads(f"suite: w\nbeds:\n  1:\n    devices:\n      a: {text}\nroutes: {text}\n")
