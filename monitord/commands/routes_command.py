"""`monitord routes`: who is told of what, and when."""

import typer

from monitord.commands.command_options import SuiteOption
from monitord.errors import BAD_CONFIG


def routes(config: SuiteOption) -> None:
    """Print who is told of what, and when.

    The input is a suite file. The output is a table: for each bed and priority who is told first, who next,
    and who last. The exit code is 2 where a row does not end in a local destination,
    or in one that the service writes into a log; else 0.
    What the suite file leaves out is shown with its default, such as a repeat of 60 s.

    For example: monitord routes -c suite.yaml
    """
    from monitord.commands.service_output import service_logs
    from monitord.config import read_suite
    from monitord.config.checks.route_table import (
        log_destinations,
        route_faults,
        route_lines,
        route_rows,
    )
    from monitord.plugins import load_plugins
    from monitord.printed_table import print_table

    suite = read_suite(config, load_plugins())
    logs = log_destinations(suite, into_log=service_logs(config))
    for line in route_lines(suite, logs):
        print(line)
    print_table(("whose alarms", "route"), list(route_rows(suite, logs)), between=": ")
    faults = route_faults(suite, logs)
    for fault in faults:
        print(f"fault: {fault}")
    if faults:
        raise typer.Exit(BAD_CONFIG)
