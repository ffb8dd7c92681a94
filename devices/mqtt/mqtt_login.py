"""What a broker asks of who reads it, password and TLS from the files that the suite file names, and what it answers."""

import os
import ssl
from pathlib import Path
from typing import Final

from paho.mqtt.reasoncodes import ReasonCode

from devices.mqtt.mqtt_config import BrokerTls, MqttConfig
from monitord.errors import DeviceError
from monitord.tls_failure import tls_failure

UNSUPPORTED_PROTOCOL: Final = 132
"""The code, in MQTT 5 and in paho's translation of 3.1.1, of a broker that knows only older versions."""

REFUSED: Final = 0x80
"""Codes from here on are failures, in the answer to a subscription too (MQTT 5, 2.4; 3.1.1, 3.9.3)."""


def secrets(config: MqttConfig) -> tuple[str | None, ssl.SSLContext | None]:
    """Password and TLS, read from their files; blocks. DeviceError where one can't be read."""
    try:
        context = _tls_context(config) if config.secure else None
        if config.password_file is not None:
            return Path(config.password_file).read_text(encoding="utf-8").rstrip("\r\n"), context
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        # No text of a ValueError: one of decoding quotes the bytes of the password.
        reason = error.strerror if isinstance(error, OSError) else type(error).__name__
        if isinstance(error, ssl.SSLError):
            reason = tls_failure(error)
        raise DeviceError(f"password or certificate: {reason or error}") from None
    if config.password_env is None:
        return None, context
    if config.password_env not in os.environ:
        raise DeviceError(f"the environment has no {config.password_env}")
    return os.environ[config.password_env], context


def _tls_context(config: MqttConfig) -> ssl.SSLContext:
    tls = config.tls or BrokerTls()
    context = ssl.create_default_context(cafile=tls.ca)
    if tls.certificate is not None:
        context.load_cert_chain(tls.certificate, tls.key)
    return context


def code(answer: object) -> int:
    """The number in paho's reason, or in 3.1.1's own; 0 is success."""
    number = answer.value if isinstance(answer, ReasonCode) else answer
    return number if isinstance(number, int) else 0
