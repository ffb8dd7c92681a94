"""What is over is said once: in every text that a message has, for every sentence that an alarm may end with."""

import re

import pytest

from monitord.model import AlarmEvent, in_words
from monitord.model.sentences.english_alarms import ALARMS
from monitord.notify.message_text import OVER, body_of, display_of, facts, headline, title_of
from monitord.notify.notifier import Bundle
from tests.builders_notify import notify
from tests.release.sentence_examples import example


@pytest.mark.parametrize("event", sorted(OVER))
def test_over_stands_once_in_every_text_of_an_end(event: AlarmEvent) -> None:
    for key in sorted(ALARMS):
        said = example(key)
        message = notify(event=event, text=in_words(said), says=(said,))
        ended = message.line
        bundle = Bundle(messages=(message,), starts=3, durable=False)
        texts = [
            headline(ended),
            title_of(bundle),
            display_of(bundle, 200),
            *facts(message, durable=True).values(),
            *body_of(bundle).splitlines(),
        ]
        for text in texts:
            assert len(re.findall(r"\bover\b", text)) <= 1, (key, text)
