"""`monitord run`: the service."""

from monitord.commands.command_options import SuiteOption


def run(config: SuiteOption) -> None:
    """Run the service for a suite file.

    The input is the suite file: beds, devices, destinations and routes. The service reads the devices,
    evaluates the rules, sends alarms, serves the station page and writes the journal until it gets SIGTERM.
    It writes its log to standard output as JSON lines. SIGHUP reloads the suite file.
    Without `database` in the suite file the journal is monitord.db in the state directory.

    For example: monitord run -c /etc/monitord/suite.yaml
    """
    from monitord.daemon.logs import configure
    from monitord.daemon.service import serve_suite

    configure()
    serve_suite(config)
