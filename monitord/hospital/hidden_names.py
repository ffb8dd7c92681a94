"""What of forms is confidential in all settings that a journal ever had: what was hidden once stays hidden."""

from monitord.engine.protocol.confidential import Confidential, confidential_of
from monitord.engine.protocol.protocol import SETTINGS, Protocol
from monitord.engine.session.overlay import OverlayError, overlaid
from monitord.store.changes_since import documents
from monitord.store.journal.journal import Journal


class HiddenNames:
    """Grows with the journal's settings; each is read once."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._protocols: set[str] = set()
        self.names = Confidential()

    def learn(self, journal: Journal) -> Confidential:
        """Those of all settings that the journal has by now."""
        for digest, text in documents(journal, self._known).items():
            settings = SETTINGS.validate_json(text)
            for protocol in (*settings.protocols.values(), settings.watch):
                mark = repr(protocol)
                if mark not in self._protocols:
                    self._protocols.add(mark)
                    self._add(protocol)
            self._known.add(digest)
        return self.names

    def _add(self, protocol: Protocol) -> None:
        for each in (protocol, *_overlaid(protocol)):
            found, known = confidential_of(each), self.names
            self.names = Confidential(
                signals=known.signals | found.signals,
                rules=known.rules | found.rules,
                items=known.items | found.items,
                prompts=known.prompts | found.prompts,
                points=known.points | found.points,
            )


def _overlaid(protocol: Protocol) -> list[Protocol]:
    made = []
    for name in protocol.overlays:
        try:
            made.append(overlaid(protocol, (name,)))
        except OverlayError:
            # Such a one never comes into force.
            continue
    return made
