"""The rooms of each package: their order, what each says of itself, and which names may occur twice.

The tables are the rules; `tests/test_architecture.py` tries them on the tree and on planted breaches.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from tests.sources import Source, imports

Order = tuple[frozenset[str], ...]


def _order(*ranks: str) -> Order:
    return tuple(frozenset(rank.split()) for rank in ranks)


# Within a package imports go down only, too. Rooms and files of one rank don't import each other.
ORDERS: Final[dict[str, Order]] = {
    "monitord/engine": _order(
        "readings timers",
        "rules",
        "protocol",
        "faults alarm_state rules_in_use",
        "state",
        "session",
        "bed",
        "alarms",
        "rules_to_evaluate steady_rules rule_by_key reading_requests",
        "rule_evaluator rule_name",
        "staff new_readings",
        "engine explain",
    ),
    "monitord/config": _order("files", "protocol database_place", "suite", "checks", "sheet"),
    "monitord/store": _order(
        "database line_json",
        # What an entry is, and its text, is below the rows that are made of it.
        "accounts snapshots journal/codec journal/entry journal/chain journal/fold_start",
        "sessions outbox_rows past_action_answers journal/former_chains",
        "recovery_copy state_texts migrations audit_messages former_chain_check",
        "journal/batch",
        "journal/position",
        "journal/writer",
        "retention journal/journal_takeover",
        "journal",
        "alarm_log chain_verification changes_since past_sessions engines_from_journal",
        "session_list alarm_strip",
        "sqlite_backup salvage",
        "sqlite_restore",
        "server_restore",
    ),
    "monitord/notify": _order(
        "address grouping notifier secret_file",
        "message_text delivery_queue",
        "channels outbox_dispatcher",
    ),
    "monitord/station": _order("host input_types views", "access", "hub serve", "routes", "app"),
    "monitord/record": _order(
        "pdf print_page record",
        "report_words",
        "protocol_words public_record",
        "json_lines",
        "record_table",
        "even_rows",
        "edf_record fhir hl7_record treatment_form vital_record wfdb_record",
        "entry_contents",
        "session_report",
        "export_forms",
    ),
    "monitord/replay": _order(
        "recordings stories",
        "html",
        "run",
        "vector",
        "compare",
        "backtest",
        # The last three are the paths by which docs/replay.md tells others to import.
        "replay_console asked diff_run opening replay",
    ),
    "monitord/daemon": _order(
        "sequencing current_suite logs",
        "lines",
        "health",
        "suite",
        "host",
        "dispatch hospital_uplink numerics_feed",
        "daemon",
        "service",
        "hospital_service",
    ),
    "monitord/hospital": _order(
        "subjects suite_side uplink_position user_keys",
        "answer_message hidden_names now_view sent_row server_config",
        "bed_fold cluster_connection cluster_setup journal_feed",
        "partition_fold partition_lease uplink",
        "hospital_worker overview",
        "overview_view second_line",
        "overview_routes",
    ),
    "devices": _order(
        "fault_changes wire",
        "family readings",
        "rfc2217 port_opening garbled datagram_port",
        "cuffs hl7 monitors mqtt oximeters port pumps",
        "twin stream examples",
        "monitor_examples",
        "drivers",
    ),
}

# A file name that may occur twice, and why.
NAMED_TWICE: Final = {
    "assess": "a rule's file is named by its kind; the other assesses one file of a back-test",
    "diff_run": "the one beside the rooms of replay is the path that docs/replay.md gives to others",
}

# A class name that may have two meanings, and why.
_DOOR = (
    "the second is `monitord.api`'s, which wraps the first with datetimes for programs of others"
)
CLASSES_TWICE: Final = {
    "Engine": _DOOR,
    "Protocol": _DOOR,
    "Recording": _DOOR,
    "Result": _DOOR,
    "ConcernView": "what rules see of a concern, and what the page is given of it: views of one thing",
    "Finding": "what a rule finds, and what the check before opening the suite finds: both are the "
    "standard word, and the second is public as monitord.model.Finding",
}


def package_of(source: Source) -> str | None:
    """The package with an order that the module belongs to."""
    return next((each for each in ORDERS if source.path.startswith(f"{each}/")), None)


def _place(inside: str, rank_of: Mapping[str, int]) -> str:
    """The file where it has a place of its own in the order, or else its room."""
    file = "/".join(inside.split("/")[:2])
    return file if file in rank_of else inside.split("/", 1)[0]


def order_faults(source: Source) -> list[str]:
    """Imports between the rooms of one package that go up or sideways.

    A package's own `__init__.py` gathers what others may use, so it imports any room; no room imports from it.
    """
    package = package_of(source)
    if package is None:
        return []
    rank_of = {room: rank for rank, rooms in enumerate(ORDERS[package]) for room in rooms}
    inside = source.path.removeprefix(f"{package}/").removesuffix(".py")
    if inside == "__init__":
        return []
    room = _place(inside, rank_of)
    if room not in rank_of:
        return [f"{source.path}: {room} has no place in the order of {package}"]
    dotted = package.replace("/", ".") + "."
    faults = []
    for name in imports(source):
        if not name.startswith(dotted):
            continue
        target = _place(name.removeprefix(dotted).replace(".", "/"), rank_of)
        if target == room:
            continue
        if target not in rank_of:
            faults.append(f"{source.path}: imports {name} from its own package's __init__.py")
        elif rank_of[target] >= rank_of[room]:
            faults.append(f"{source.path}: {room} may not import {name}")
    return faults


def docstring_faults(source: Source) -> list[str]:
    """A room says in a few sentences what lives here, what comes in and what goes out."""
    if not source.path.endswith("/__init__.py") or source.path == "monitord/__init__.py":
        return []
    text = ast.get_docstring(ast.parse(source.text)) or ""
    sentences = re.findall(r"[.](?=\s|$)", text)
    faults = [] if 3 <= len(sentences) <= 6 else [f"{len(sentences)} sentences"]
    faults += [f"no {each!r}" for each in ("Input: ", "Output: ") if each not in text]
    return [f"{source.path}: its docstring has {fault}" for fault in faults]


def rooms_without_docstring(sources: Sequence[Source]) -> list[str]:
    """Folders with modules and no `__init__.py`; migrations are alembic's, which imports them by path."""
    folders = {str(PurePosixPath(source.path).parent) for source in sources}
    said = {folder for folder in folders if any(s.path == f"{folder}/__init__.py" for s in sources)}
    return sorted(
        f
        for f in folders - said
        if not f.startswith(("monitord/store/migrations", "monitord/station/web"))
    )


def names_twice(sources: Sequence[Source]) -> list[str]:
    """File names that occur more than once, so that a name does not say which file is meant.

    Not counted: `__init__.py`; a room's main file, named like the room; a rule's block form in
    `replay/vector/`, named like the rule's own file.
    """
    places = defaultdict(list)
    rules = {PurePosixPath(s.path).stem for s in sources if "/engine/rules/" in s.path}
    for source in sources:
        path = PurePosixPath(source.path)
        block_form = path.parent == PurePosixPath("monitord/replay/vector") and path.stem in rules
        if path.stem not in {"__init__", path.parent.name} and not block_form:
            places[path.stem].append(source.path)
    return [
        f"{name}.py: {', '.join(paths)}"
        for name, paths in sorted(places.items())
        if len(paths) > 1 and name not in NAMED_TWICE
    ]


def classes_twice(sources: Sequence[Source]) -> list[str]:
    """Public class names that two modules define, so that a name has more than one meaning."""
    places = defaultdict(list)
    for source in sources:
        for node in ast.parse(source.text, source.path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(source.path)
    return [
        f"{name}: {', '.join(paths)}"
        for name, paths in sorted(places.items())
        if len(paths) > 1 and name not in CLASSES_TWICE
    ]


def circles(sources: Sequence[Source]) -> list[str]:
    """Modules that import each other round about, lazily too: what can be reached from itself."""
    names = {
        source.path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): source
        for source in sources
    }
    uses = {
        name: {
            found
            for each in imports(source)
            if (found := each if each in names else each.rpartition(".")[0]) in names
            and found != name
        }
        for name, source in names.items()
    }
    while leaves := {name for name, used in uses.items() if not used & set(uses)}:
        uses = {name: used for name, used in uses.items() if name not in leaves}
    # What is left lies in a circle or above one; what nothing left imports is only above.
    while tops := set(uses) - {each for used in uses.values() for each in used}:
        uses = {name: used for name, used in uses.items() if name not in tops}
    return sorted(uses)
