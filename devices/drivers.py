"""The bundled drivers: every family on the one stream driver, and MQTT.

The entry points of the group `monitord.devices` name what stands here.
"""

from devices import and_ua767, nonin, suntech
from devices.mqtt import MqttDriver
from devices.stream import StreamDriver

AND_UA767 = StreamDriver(and_ua767.FAMILY)
MQTT = MqttDriver()
NONIN = StreamDriver(nonin.FAMILY)
SUNTECH = StreamDriver(suntech.FAMILY)
