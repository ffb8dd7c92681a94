"""The bundled drivers: every family on the one stream driver, and MQTT.

The entry points of the group `monitord.devices` name what stands here.
"""

from devices import and_ua767, berry, contec, contec5, masimo, nellcor, nonin, suntech
from devices.mqtt import MqttDriver
from devices.stream import StreamDriver

AND_UA767 = StreamDriver(and_ua767.FAMILY)
BCI = StreamDriver(berry.BCI)
BCI_RR = StreamDriver(berry.BCI_RR)
BERRY = StreamDriver(berry.FAMILY)
CONTEC = StreamDriver(contec.FAMILY)
CONTEC5 = StreamDriver(contec5.FAMILY)
MASIMO = StreamDriver(masimo.FAMILY)
MQTT = MqttDriver()
NELLCOR = StreamDriver(nellcor.FAMILY)
NONIN = StreamDriver(nonin.FAMILY)
SUNTECH = StreamDriver(suntech.FAMILY)
