"""What a device says again and again of its state becomes a fault that begins and ends once. Pure."""

from monitord.model import Cause, Fault


class FaultChanges:
    """Turns states into faults on change; the first word counts as one.

    So a battery that was changed while the link was down is reported as good again.
    """

    def __init__(self) -> None:
        self._present: dict[Cause, str | None] = {}

    def tell(self, cause: Cause, detail: str | None) -> list[Fault]:
        """`detail` says what is wrong; None for nothing."""
        if cause in self._present and self._present[cause] == detail:
            return []
        self._present[cause] = detail
        return [Fault(cause=cause, subject="", present=detail is not None, detail=detail or "")]

    def present(self, cause: Cause) -> bool:
        """Whether it was told and is not over."""
        return self._present.get(cause) is not None

    def battery(self, *, low: bool | None) -> list[Fault]:
        """Of a battery bit; None where the device has no such bit."""
        if low is None:
            return []
        return self.tell(Cause.BATTERY, "low battery" if low else None)

    def own_alarm(self, words: str | None) -> list[Fault]:
        """Of the device's own alarms; other words are another alarm, so the first one ends."""
        if words is None:
            return []
        last = self._present.get(Cause.DEVICE_ALARM)
        ended = self.tell(Cause.DEVICE_ALARM, None) if last and words and words != last else []
        return ended + self.tell(Cause.DEVICE_ALARM, words or None)
