"""The bundled twins; the entry points of the group `monitord.twins` name what stands here."""

from devices.twin import hl7_twin as hl7
from devices.twin import mqtt_twin as mqtt
from devices.twin import nonin_twin as nonin
from devices.twin import suntech_twin as suntech
from devices.twin import ua767_twin as and_ua767
from devices.twin import viatom_twin as viatom
from devices.twin.capnograph_twin import CAPNOSTREAM
from devices.twin.intellivue_twin import INTELLIVUE
from devices.twin.monitor_twins import DINAMAP, GE_DRI, IVY
from devices.twin.pds_twin import MINDRAY_PDS
from devices.twin.pleth_oximeters import BCI, BCI_RR, BERRY, CONTEC, CONTEC5
from devices.twin.pump_twins import BBRAUN, NEW_ERA
from devices.twin.text_oximeters import MASIMO, NELLCOR
from devices.twin.walk_in_cuffs import AND_TM2657, OMRON_HBP

AND_UA767 = and_ua767.TWIN
HL7 = hl7.TWIN
MQTT = mqtt.TWIN
NONIN = nonin.TWIN
SUNTECH = suntech.TWIN
VIATOM = viatom.TWIN

__all__ = [
    "AND_TM2657",
    "AND_UA767",
    "BBRAUN",
    "BCI",
    "BCI_RR",
    "BERRY",
    "CAPNOSTREAM",
    "CONTEC",
    "CONTEC5",
    "DINAMAP",
    "GE_DRI",
    "HL7",
    "INTELLIVUE",
    "IVY",
    "MASIMO",
    "MINDRAY_PDS",
    "MQTT",
    "NELLCOR",
    "NEW_ERA",
    "NONIN",
    "OMRON_HBP",
    "SUNTECH",
    "VIATOM",
]
