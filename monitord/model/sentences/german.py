"""All of what monitord says, in German, by key; no nurse or clinician has reviewed it yet. Pure."""

from typing import Final

from monitord.model.sentences.german_alarms import ALARMS
from monitord.model.sentences.german_explained import EXPLAINED
from monitord.model.sentences.german_refusals import REFUSALS
from monitord.model.sentences.german_report import REPORT
from monitord.model.sentences.german_told import TOLD
from monitord.model.sentences.german_vocabulary import VOCABULARY

GERMAN: Final[dict[str, str]] = {**ALARMS, **EXPLAINED, **REFUSALS, **REPORT, **TOLD, **VOCABULARY}
