"""The serial ports of this machine: where each is, and which adapters can't be told apart."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from serial.tools import list_ports

LINKS: Final = (Path("/dev/serial/by-id"), Path("/dev/serial/by-path"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPort:
    """One port: `by_id` names the adapter, `by_path` the socket that it is plugged into."""

    device: str
    adapter: str = ""
    serial: str = ""
    by_id: str = ""
    by_path: str = ""

    @property
    def address(self) -> str:
        """What to write in a suite file: the steadiest name."""
        return self.by_id or self.by_path or self.device


def serial_ports() -> tuple[SerialPort, ...]:
    """Every port that the system knows."""
    links = [_links(folder) for folder in LINKS]
    return tuple(
        SerialPort(
            device=port.device,
            adapter=port.description if port.vid is not None else "",
            serial=port.serial_number or "",
            by_id=links[0].get(port.device, ""),
            by_path=links[1].get(port.device, ""),
        )
        for port in sorted(list_ports.comports())
    )


def port_warnings(ports: Iterable[SerialPort]) -> list[str]:
    """Adapters that share a serial number, or have none: swapped, one would answer for the other."""
    adapters = [port for port in ports if port.adapter]
    shared = Counter((port.adapter, port.serial) for port in adapters)
    found = []
    for port in adapters:
        where = port.by_path or "its /dev/serial/by-path/..."
        if not port.serial:
            found.append(f"{port.device}: its adapter has no serial number: bind it as {where}")
        elif shared[port.adapter, port.serial] > 1:
            others = [each.device for each in adapters if each.serial == port.serial]
            found.append(
                f"{' and '.join(others)} share the serial number {port.serial}:"
                f" bind {port.device} as {where}"
            )
    return found


def _links(folder: Path) -> dict[str, str]:
    """Devices by the links that udev keeps to them."""
    if not folder.is_dir():
        return {}
    return {str(link.resolve()): str(link) for link in sorted(folder.iterdir())}
