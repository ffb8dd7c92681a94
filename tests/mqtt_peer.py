"""Whoever else is at the broker: a gateway, a nurse's phone, a wall display."""

import aiomqtt

from monitord.broker import BrokerClient


class MqttPeer(aiomqtt.Client):
    """Ends when it is cancelled.

    aiomqtt's own waits by `asyncio.wait_for`, which on Python 3.11 forgets a cancellation where what it waits for comes
    in the same turn: a task that publishes again and again then never ends, nor does the test that waits for its end.
    """

    _wait_for = BrokerClient._wait_for
