"""`monitord broker-certs`: all that a broker of one suite needs so that each speaks for himself alone."""

from pathlib import Path
from typing import Annotated

import typer


def broker_certs(  # noqa: PLR0917 - an option each
    folder: Annotated[Path, typer.Argument(help="The folder in which everything is made.")],
    server: Annotated[
        list[str] | None,
        typer.Option(
            help="A name or address by which gateways reach the broker; may be repeated. Default: those of the "
            "certificate that is there, or this machine's name."
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "-c",
            "--config",
            help="The suite file, whose topics the access list names.",
            show_default=False,
        ),
    ] = None,
    gateway: Annotated[
        list[str] | None,
        typer.Option(
            help="A gateway as NAME, or NAME=BED,BED for one that serves several beds; may be repeated. Default: one "
            "for each bed of the suite file that has a device on the broker, called bed1, bed2 and so on."
        ),
    ] = None,
    days: Annotated[
        int, typer.Option(help="For how many days a certificate is good.", min=1, max=3650)
    ] = 730,
    renew: Annotated[
        bool,
        typer.Option("--renew", help="Sign every certificate anew, each with the key that it has."),
    ] = False,
) -> None:
    """Make certificates and the access list of an MQTT broker.

    The input is a suite file, and the broker's names. The output is a folder with an authority, a certificate for the
    broker and one for each gateway, for monitord and for the desk, with an access list for the suite's topics and
    the settings for Mosquitto. Everything is made by the system's openssl; every key has mode 0600. What is there
    stays: a second run adds what is missing, unless --renew is given.

    For example: monitord broker-certs broker --server 192.0.2.5 -c suite.yaml
    """
    from monitord.commands.broker_folder import NamedGateways, make

    for line in make(
        folder,
        suite_file=config,
        names=server or [],
        gateways=NamedGateways.read(gateway or []),
        days=days,
        renew=renew,
    ):
        print(line)
