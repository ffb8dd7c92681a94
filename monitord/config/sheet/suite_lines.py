"""An approval put into a suite file, so that nothing else of its text changes. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from monitord.config.protocol.approval import Approval, as_text
from monitord.errors import ConfigError

_KEY: Final = re.compile(r"^approvals:[ \t]*(?P<value>.*?)[ \t]*(?P<comment>#.*)?$", re.MULTILINE)
_EMPTY: Final = frozenset({"", "[]", "null", "~"})


def with_approval(text: str, approval: Approval, known: Sequence[Approval]) -> str:
    """The suite file's text with the approval below `approvals:`, the newest first; as it is if it stands there.

    ConfigError where the list is written in one line with entries: then a person must do it.
    """
    if approval in known:
        return text
    found = _KEY.search(text)
    if found is None:
        return f"{text.rstrip()}\n\napprovals:\n{as_text(approval)}"
    if found["value"] not in _EMPTY:
        line = text.count("\n", 0, found.start()) + 1
        raise ConfigError([f"line {line}: `approvals` is written in one line: put the lines there"])
    comment = f" {found['comment']}" if found["comment"] else ""
    rest = text[found.end() :]
    first = re.match(r"(?:[ \t]*(?:#.*)?\n)*(?P<indent>[ \t]*)- ", rest)
    lines = as_text(approval)
    if known and first is not None:
        lines = "".join(f"{first['indent']}{line[2:]}\n" for line in lines.splitlines())
    return f"{text[: found.start()]}approvals:{comment}\n{lines.rstrip()}{rest}"
