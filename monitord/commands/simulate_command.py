"""`monitord simulate`: one simulated device."""

from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import SpeedOption


def simulate(
    device: Annotated[str, typer.Argument(help="The name of the driver, such as nonin.")],
    port: Annotated[
        str,
        typer.Option(
            help="Where to play: a path for a pseudo-terminal, tcp://HOST:PORT, udp://HOST:PORT, mqtt://HOST/TOPIC, or "
            "mqtts://HOST/TOPIC?client=FOLDER/NAME with a certificate of broker-certs."
        ),
    ],
    scenario: Annotated[
        Path | None, typer.Option(help="A timeline file. Default: the bundled infusion.")
    ] = None,
    bed: Annotated[
        str | None,
        typer.Option(help="The bed of the scenario. Default: the first with such a device."),
    ] = None,
    speed: SpeedOption = 1.0,
) -> None:
    """Play a simulated device on a port.

    The input is a timeline; lines on standard input, such as `probe_off 20s`, change what the device does.
    The output is the device's real wire protocol on the port. It plays at real speed unless --speed says
    otherwise, until Ctrl-C.

    For example: monitord simulate nonin --port /tmp/oximeter
    """
    from monitord.commands import simulate as twins

    twins.simulate(device, port=port, scenario=scenario, bed=bed, speed=speed)
