"""The one way to an MQTT broker: aiomqtt's client, letting go of its line when it gets no answer."""

import asyncio
import socket
from typing import Final, Self

import aiomqtt

NO_DELAY: Final = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)


class BrokerClient(aiomqtt.Client):
    """Give it `socket_options=NO_DELAY`: Nagle's algorithm holds an alarm back for 25-45 ms.

    aiomqtt keeps the socket when the broker takes the connection and then does not answer, or when
    the attempt is cut off: one descriptor for each attempt at a broker that hangs.
    """

    async def __aenter__(self) -> Self:
        """Connects; MqttError where that fails."""
        try:
            return await super().__aenter__()
        except BaseException:
            # Cancelled by its own time-out, it would raise inside the callback of the closing line.
            self._connected = asyncio.Future()
            self._client.disconnect()
            raise
