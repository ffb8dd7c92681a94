"""The bundled drivers: every family on the one stream driver, and MQTT.

The entry points of the group `monitord.devices` name what stands here.
"""

from devices import (
    and_tm2657,
    and_ua767,
    bbraun,
    berry,
    contec,
    contec5,
    ge_dri,
    ivy,
    masimo,
    nellcor,
    new_era,
    nonin,
    omron_hbp,
    suntech,
    viatom,
)
from devices.mqtt import MqttDriver
from devices.stream import StreamDriver

AND_TM2657 = StreamDriver(and_tm2657.FAMILY)
AND_UA767 = StreamDriver(and_ua767.FAMILY)
BBRAUN = StreamDriver(bbraun.FAMILY)
BCI = StreamDriver(berry.BCI)
BCI_RR = StreamDriver(berry.BCI_RR)
BERRY = StreamDriver(berry.FAMILY)
CONTEC = StreamDriver(contec.FAMILY)
CONTEC5 = StreamDriver(contec5.FAMILY)
GE_DRI = StreamDriver(ge_dri.FAMILY)
IVY = StreamDriver(ivy.FAMILY)
MASIMO = StreamDriver(masimo.FAMILY)
MQTT = MqttDriver()
NELLCOR = StreamDriver(nellcor.FAMILY)
NEW_ERA = StreamDriver(new_era.FAMILY)
NONIN = StreamDriver(nonin.FAMILY)
OMRON_HBP = StreamDriver(omron_hbp.FAMILY)
SUNTECH = StreamDriver(suntech.FAMILY)
VIATOM = StreamDriver(viatom.FAMILY)
