"""Suite and protocol files.

Input: YAML text. Output: frozen values, or one error that lists every fault with its file, key and line.
"""

from monitord.config.database_place import default_database
from monitord.config.files.shipped_files import shipped
from monitord.config.protocol.approval import Approval, approve, identity, require_approved
from monitord.config.protocol.protocols import find_protocol, protocol_names, read_protocol
from monitord.config.suite.suite import Bed, Destination, Device, Station, Suite
from monitord.config.suite.suite_file import read_suite, read_suite_document

__all__ = [
    "Approval",
    "Bed",
    "Destination",
    "Device",
    "Station",
    "Suite",
    "approve",
    "default_database",
    "find_protocol",
    "identity",
    "protocol_names",
    "read_protocol",
    "read_suite",
    "read_suite_document",
    "require_approved",
    "shipped",
]
