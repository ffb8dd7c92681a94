"""The words that exporters put together to a column's name, in English and other languages. Pure.

German, French, Spanish, Italian and Dutch are whole; of Portuguese and the Scandinavian languages the usual words.
Keys are as `names.words` gives them: small letters and digits without accents.
"""

from collections.abc import Mapping
from typing import Final

from monitord.model import Signal


def _each(words: Mapping[Signal, str]) -> dict[str, Signal]:
    return {word: signal for signal, those in words.items() for word in those.split()}


_QUANTITIES: Final = {
    Signal.SPO2: (
        "spo2 sao2 o2sat sato2 plethsato2 satspo2 plethspo2 spo2pos spo2perc o2saturation oxygensaturation "
        "oxygenlevel bloodoxygen sauerstoffsattigung sauerstoffgehalt saturation sattigung "
        "saturacion saturazione saturatie zuurstofsaturatie zuurstofverzadiging saturacao "
        "pulseox pulseoximetry pulseoxymetry syremattnad oxygenmatning oksygenmetning iltmatning saturimetria"
    ),
    Signal.PULSE_RATE: (
        "pr pulse pulserate pulseratebpm prbpm pul pls bpm puls pulsfrequenz pouls pulso polso "
        "pols polsslag spo2pr plethhr plethpr spo2hr spo2pulse spo2rate spo2bpm "
        "pulsslag pulsfrekvens pulsrate pulsefreq polsfrequentie"
    ),
    Signal.HEART_RATE: (
        "hr ecghr hrecg ecgheartrate hrbpm heartrate heartbeat herzfrequenz herzrate hf frequencecardiaque "
        "frecuenciacardiaca frequenzacardiaca hartslag hartfrequentie fc herzschlag "
        "rythmecardiaque ritmocardiaco hjartfrekvens hjertefrekvens"
    ),
    Signal.RESP_RATE: (
        "rr resp awrr awayrr rresp respirate resprate respiration respiratoryrate respirationrate "
        "respirations breathrate breathingrate co2rr rrco2 atemfrequenz frequencerespiratoire "
        "frecuenciarespiratoria frequenzarespiratoria ademhaling ademhalingsfrequentie "
        "ademfrequentie fr atmung respiracion respirazione andningsfrekvens "
        "respirasjonsfrekvens breathsbpm"
    ),
    Signal.ETCO2: "etco2 co2et awayco2et endtidalco2 co2endtidal petco2",
    Signal.TEMPERATURE: (
        "temp temperature bodytemperature temperatur korpertemperatur temperatura temperatuur "
        "tcore tbody temperaturecorporelle temperaturacorporal temperaturacorporea lichaamstemperatuur"
    ),
    Signal.PERFUSION_INDEX: "pi perf perfusionindex perfusion perfusionsindex indiceperfusion perfindex",
}
QUANTITIES: Final = _each(_QUANTITIES)
"""Alone, or of several words run together."""

_SIDES: Final = {
    Signal.NIBP_SYS: (
        "sys syst systol systolic systole systolisch systolischer systolisches systolique "
        "sistolica sistolico sistole systolische sbp pas sist tas pasistolica bovendruk oberwert "
        "systolisk systoliskt"
    ),
    Signal.NIBP_DIA: (
        "dia dias diast diastol diastolic diastole diastolisch diastolischer diastolisches "
        "diastolique diastolica diastolico diastolische dbp pad tad onderdruk unterwert "
        "diastolisk diastoliskt"
    ),
}
SIDES: Final = _each(_SIDES)
"""Which of a cuff's pressures: these say it without another word."""

_BESIDE: Final = {
    Signal.NIBP_SYS: "s massima maxima",
    Signal.NIBP_DIA: "d minima",
    Signal.NIBP_MAP: (
        "m mean map mbp pam mittel mittlerer mitteldruck moyenne moyen media medio gemiddelde mad "
        "medelvarde"
    ),
    Signal.NIBP_PULSE: "pr hr pulse pulserate heartrate puls pouls pulso",
}
SIDES_BESIDE: Final = SIDES | _each(_BESIDE)
"""These say it beside one of `CUFF`."""

MEANS: Final = frozenset(("map", "mad", "pam", "mbp", "tam", "mean"))
"""The cuff's mean where both pressures of a cuff stand beside it; alone it may be a catheter's."""

ENGLISH_SIDES: Final = frozenset(
    (
        "s",
        "d",
        "m",
        "sys",
        "dia",
        "dias",
        "sbp",
        "dbp",
        "mbp",
        "map",
        "mean",
        "systolic",
        "diastolic",
        "systole",
        "diastole",
    )
)
"""Beside `PA` these are of the pulmonary artery; of other languages' words beside it `PA` is any pressure."""

_CUFF: Final = (
    "blodtryck bloeddruk blood bloodpressure blutdruck bp cuff druck druk nbp ni nibp "
    "noninvasive pa pni presion pression pressione pressure rr ta tension trykk"
)
CUFF: Final = frozenset(_CUFF.split())
"""Non-invasive pressure. `RR` is Riva-Rocci's pressure in German where a side stands beside it."""

NONINVASIVE: Final = frozenset(("cuff", "ni", "nibp", "nbp", "noninvasive", "pni"))
"""Of these words one says that a pressure is a cuff's, whatever stands beside it."""

RUN_TOGETHER: Final[dict[str, Signal]] = {
    f"{cuff}{side}": signal
    for cuff in ("nibp", "nbp", "bp", "pni", "noninvasive")
    for side, signal in SIDES_BESIDE.items()
}
"""`NBPs`, `nibpsys`, `BPSystolic`."""

_PAIRS: Final = (
    "bloeddruk bloodpressure bloodpressuresystolicdiastolic blutdruck bp bpsysdia "
    "bpsystolicdiastolic nbp nbpsysdia nibp nibpsysdia presionarterial pressionarterielle "
    "pressionearteriosa sysdia systolediastole systolicdiastolic tensionarterial "
    "tensionarterielle"
)
PAIRS: Final = frozenset(_PAIRS.split())
"""A column of both pressures, `120/80`."""

_FILLERS: Final = (
    "de del der di do du freq frecuencia frequence frequentie frequenz frequenza van "
    "average avg beats body bpm breaths celsius core current degc degf fahrenheit kpa level "
    "en in measured minute mmhg numeric pct per perc percent rate reading rpm the valeur valor "
    "valore value waarde wert"
)
FILLERS: Final = frozenset(_FILLERS.split())
"""Words that say nothing of which quantity it is."""

_LIMITS: Final = (
    "alarm alarmgrenze alarms alm grens grenze grenzwert hi high lim limit limite limits lo "
    "low lower max min set setting seuil soglia target thresh threshold umbral upper ll ul"
)
PERSONS: Final = frozenset(
    (
        *("patient", "patientid", "patientname", "patientnumber", "patientnr", "patientunitstayid"),
        *(
            "pid",
            "mrn",
            "subject",
            "subjectid",
            "subjid",
            "stayid",
            "icustayid",
            "hadmid",
            "caseid",
        ),
        *("encounterid", "case", "fall", "fallnummer", "fallnr", "patientennummer", "paciente"),
        *("pazienteid", "paziente", "patiente", "患者", "患者id", "환자"),
    )
)
"""A column that says whose row it is."""

LIMITS: Final = frozenset(_LIMITS.split())
"""A column with one of these holds what was set, not what was measured."""

WAVES: Final = frozenset(
    ("pleth", "wave", "waveform", "ecg", "ekg", "ppg", "effort", "thorax", "abdomen")
)
"""What is drawn as a curve: nothing to propose as a vital sign."""

OTHERS: Final = frozenset(
    (
        "spco",
        "sphb",
        "spmet",
        "svo2",
        "scvo2",
        "sto2",
        "rso2",
        "time",
        "status",
        "quality",
        "delta",
        "sd",
    )
)
"""Of another quantity, or about a reading: nothing to propose as one of ours."""

_INVASIVE: Final = "abp ao aortic bp1 bp2 bp3 bp4 fem femoral ibp1 ibp2 ibp3 ibp4 lv radial rv uap uvp art arterial cvp ibp icp invasive lap p1 p2 p3 p4 p5 p6 p7 p8 pap rap"
INVASIVE: Final = frozenset(_INVASIVE.split())
"""Pressures of a catheter: nothing of ours."""

PHRASES: Final = (
    ("pulse pressure", "pulsepressure"),
    ("per minute", "bpm"),
    ("per min", "bpm"),
    ("1 min", "bpm"),
    ("non invasive", "noninvasive"),
    ("presion arterial", "bp"),
    ("tension arterial", "bp"),
    ("tension arterielle", "bp"),
    ("pression arterielle", "bp"),
    ("pressione arteriosa", "bp"),
    ("blood oxygen", "bloodoxygen"),
    ("pulse ox", "pulseox"),
    ("pulse oximetry", "pulseoximetry"),
    ("oberer wert", "oberwert"),
    ("unterer wert", "unterwert"),
    ("frec cardiaca", "hr"),
    ("freq cardiaque", "hr"),
    ("frequence card", "hr"),
    ("frec resp", "rr"),
    ("freq resp", "rr"),
    ("sat oxigeno", "spo2"),
    ("o2 sattigung", "spo2"),
    ("o2 saturatie", "spo2"),
    ("saturation en o2", "spo2"),
    ("saturacion o2", "spo2"),
    ("saturacion de o2", "spo2"),
    ("saturazione o2", "spo2"),
    ("saturazione di o2", "spo2"),
    ("saturacao o2", "spo2"),
    ("saturation en oxygene", "spo2"),
    ("saturation o2", "spo2"),
    ("o2 saturation", "spo2"),
    ("saturacion de oxigeno", "spo2"),
    ("saturazione di ossigeno", "spo2"),
    ("saturazione ossigeno", "spo2"),
    ("saturation d oxygene", "spo2"),
    ("saturacao de oxigenio", "spo2"),
)

_RESEMBLING: Final = {
    Signal.SPO2: (
        "spo sp2 so2 o2s sop2 sat sats oxy oxi oxgen oxygen oxigen oxysat oxsat oxisat oximeter oximetry satur satu "
        "bloodox bloodo2 o2level o2 sauerstoff oxigeno ossigeno zuurstof"
    ),
    Signal.PULSE_RATE: "pulserte plusrate pulsrte bmp",
    Signal.RESP_RATE: "respr rpm brpm breathing breath breaths atem",
    Signal.NIBP_SYS: "systl sist upper uppervalue upperpressure highpressure",
    Signal.NIBP_DIA: "dist lower lowervalue lowerpressure lowpressure",
    Signal.HEART_RATE: "heart herz coeur hrt",
}
RESEMBLING: Final = _each(_RESEMBLING)
"""What a person would take for it: proposed, never read."""

IEEE: Final[dict[str, Signal]] = {
    "nompulsoximsato2": Signal.SPO2,
    "nompulsoximpulsrate": Signal.PULSE_RATE,
    "nomplethpulsrate": Signal.PULSE_RATE,
    "nompulsoximperfrel": Signal.PERFUSION_INDEX,
    "nomecgcardbeatrate": Signal.HEART_RATE,
    "nomresprate": Signal.RESP_RATE,
    "nomawayresprate": Signal.RESP_RATE,
    "nomco2resprate": Signal.RESP_RATE,
    "nomawayco2et": Signal.ETCO2,
    "nomtemp": Signal.TEMPERATURE,
    "nomtempbody": Signal.TEMPERATURE,
    "nompressbldnoninvsys": Signal.NIBP_SYS,
    "nompressbldnoninvdia": Signal.NIBP_DIA,
    "nompressbldnoninvmean": Signal.NIBP_MAP,
    "nompressbldnoninvpulsrate": Signal.NIBP_PULSE,
}
"""The nomenclature of ISO/IEEE 11073-10101, as VSCapture writes it from Philips monitors."""
