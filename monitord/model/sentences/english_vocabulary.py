"""English words of closed lists: signals, qualities, scores. Pure.

A signal that is not here goes by its label, any other word by itself.
"""

from typing import Final

VOCABULARY: Final[dict[str, str]] = {
    "and": " and ",
    "decimal_mark": ".",
    "signal.pulse_rate": "pulse",
    "signal.perfusion_index": "perfusion index",
    "signal.heart_rate": "heart rate",
    # Not RR: in many countries that is a blood pressure.
    "signal.resp_rate": "breathing rate",
    "signal.temperature": "temperature",
    "signal.nibp_sys": "systolic BP",
    "signal.nibp_dia": "diastolic BP",
    "signal.nibp_map": "mean BP",
    "signal.nibp_pulse": "pulse by the cuff",
    "signal.cuff_pressure": "cuff pressure",
    "signal.infusion_rate": "pump rate",
    "signal.infusion_volume": "infused volume",
    "signal.infusion_running": "the pump's state",
    "quality.searching": "sensor searching for signal",
    "quality.motion": "movement",
    "quality.repeated": "an old reading sent again",
    "quality.demo": "demo mode",
    "quality.implausible": "not plausible",
    "quality.invalid": "not valid",
    "quality.doubted": "doubtful",
    "quality.unknown_age": "of unknown age",
    # The scale of the signs that staff enter, 0 to 3.
    "scale.0": "no",
    "scale.1": "mild",
    "scale.2": "moderate",
    "scale.3": "severe",
    # Chernik 1990, in short.
    "moaas.5": "awake",
    "moaas.4": "answers slowly to the name",
    "moaas.3": "answers only to a loud or repeated call",
    "moaas.2": "answers only to touch",
    "moaas.1": "answers only to pain",
    "moaas.0": "no answer, even to pain",
}
