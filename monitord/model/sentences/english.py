"""All of what monitord says, in English, by key. Pure."""

from typing import Final

from monitord.model.sentences.english_alarms import ALARMS
from monitord.model.sentences.english_explained import EXPLAINED
from monitord.model.sentences.english_refusals import REFUSALS
from monitord.model.sentences.english_report import REPORT
from monitord.model.sentences.english_told import TOLD
from monitord.model.sentences.english_vocabulary import VOCABULARY

ENGLISH: Final[dict[str, str]] = {**ALARMS, **EXPLAINED, **REFUSALS, **REPORT, **TOLD, **VOCABULARY}
