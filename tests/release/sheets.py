"""The sheets that docs/sheets keeps: each shipped protocol whole, and under each of its overlays.

    .venv/bin/python -m tests.release.sheets

writes them anew; `test_sheets.py` compares them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from monitord.config import protocol_names, read_protocol
from monitord.config.sheet.approval_sheet import sheet
from monitord.engine.protocol.protocol import Protocol
from monitord.model.frozen import replace

FOLDER: Final = Path(__file__).parents[2] / "docs" / "sheets"


def named() -> Iterator[tuple[str, Protocol, tuple[str, ...]]]:
    """The name of each file, and what is on it: the protocol alone, or under one overlay."""
    for name in protocol_names():
        protocol = read_protocol(name)
        yield f"{name}.txt", protocol, ()
        for overlay in protocol.overlays:
            yield f"{name}+{overlay}.txt", protocol, (overlay,)


def text(protocol: Protocol, overlays: tuple[str, ...]) -> str:
    """As `monitord approve NAME --sheet` prints it, the parts of overlays in files of their own."""
    if overlays:
        return sheet(protocol, overlays=overlays)
    whole = sheet(protocol)
    # The hash is that of the protocol with its overlays.
    head = whole.splitlines()[1]
    always = {name: protocol.overlays[name] for name in protocol.always}
    alone = sheet(replace(protocol, overlays=always))
    return alone.replace(alone.splitlines()[1], head)


def main() -> None:
    """Writes every sheet anew, and removes those of protocols that are gone."""
    FOLDER.mkdir(exist_ok=True)
    made = {name: text(protocol, overlays) for name, protocol, overlays in named()}
    for file in FOLDER.glob("*.txt"):
        if file.name not in made:
            file.unlink()
    for name, words in made.items():
        (FOLDER / name).write_text(words)


if __name__ == "__main__":
    main()
