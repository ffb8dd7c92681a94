"""The bundled drivers: every family on the one stream driver. Entry points name what stands here."""

from devices import nonin
from devices.stream import StreamDriver

NONIN = StreamDriver(nonin.FAMILY)
