"""The bundled drivers: every family on the one stream driver, MQTT and the listener of HL7.

The entry points of the group `monitord.devices` name what stands here.
"""

from devices import examples, monitor_examples
from devices.cuffs import and_tm2657, and_ua767, omron_hbp, suntech
from devices.hl7 import mindray_pds
from devices.hl7.hl7_driver import Hl7Driver
from devices.monitors import capnostream, dinamap, ge_dri, intellivue, ivy
from devices.mqtt.mqtt_driver import MqttDriver
from devices.oximeters import berry, contec, contec5, masimo, nellcor, nonin, viatom
from devices.pumps import bbraun, new_era
from devices.stream import StreamDriver

AND_TM2657 = StreamDriver(and_tm2657.FAMILY, examples.and_tm2657_examples)
AND_UA767 = StreamDriver(and_ua767.FAMILY, examples.and_ua767_examples)
BBRAUN = StreamDriver(bbraun.FAMILY, examples.bbraun_examples)
BCI = StreamDriver(berry.BCI, examples.bci_examples)
BCI_RR = StreamDriver(berry.BCI_RR, examples.bci_rr_examples)
BERRY = StreamDriver(berry.FAMILY, examples.berry_examples)
CAPNOSTREAM = StreamDriver(capnostream.FAMILY, monitor_examples.capnostream_examples)
CONTEC = StreamDriver(contec.FAMILY, examples.contec_examples)
CONTEC5 = StreamDriver(contec5.FAMILY, examples.contec5_examples)
DINAMAP = StreamDriver(dinamap.FAMILY, monitor_examples.dinamap_examples)
GE_DRI = StreamDriver(ge_dri.FAMILY, monitor_examples.ge_dri_examples)
HL7 = Hl7Driver()
INTELLIVUE = StreamDriver(intellivue.FAMILY, monitor_examples.intellivue_examples)
IVY = StreamDriver(ivy.FAMILY, monitor_examples.ivy_examples)
MASIMO = StreamDriver(masimo.FAMILY, examples.masimo_examples)
MINDRAY_PDS = StreamDriver(mindray_pds.FAMILY, mindray_pds.mindray_pds_examples)
MQTT = MqttDriver()
NELLCOR = StreamDriver(nellcor.FAMILY, examples.nellcor_examples)
NEW_ERA = StreamDriver(new_era.FAMILY, examples.new_era_examples)
NONIN = StreamDriver(nonin.FAMILY, examples.nonin_examples)
OMRON_HBP = StreamDriver(omron_hbp.FAMILY, examples.omron_hbp_examples)
SUNTECH = StreamDriver(suntech.FAMILY, examples.suntech_examples)
VIATOM = StreamDriver(viatom.FAMILY, examples.viatom_examples)
