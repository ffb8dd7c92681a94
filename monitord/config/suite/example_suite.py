"""The example suite's ways to tell people: by them stories and qualifications are told."""

from functools import cache
from typing import Any, Final

from monitord.config.files.reader import Reader
from monitord.config.files.shipped_files import shipped
from monitord.config.files.yaml_file import read_file
from monitord.config.suite.routes_file import read_routes
from monitord.config.suite.suite import Routes

_FILE: Final = "suite.yaml"


@cache
def example_routes() -> Routes:
    """Who is told, and who next."""
    reader = Reader(read_file(shipped(_FILE)))
    document = reader.document.value
    routes = read_routes(reader, document["destinations"], document["beds"])
    reader.finish()
    return routes.beds if routes is not None else {}


def routes_as_written() -> dict[str, Any]:
    """The same as the file has it, for another suite file with the same destinations."""
    written: dict[str, Any] = read_file(shipped(_FILE)).value["routes"]
    return written
