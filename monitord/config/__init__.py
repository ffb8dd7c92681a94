"""Suite and protocol files: YAML -> frozen values; one error lists every fault with its line."""

from monitord.config.approval import Approval, approve, identity, require_approved
from monitord.config.protocols import find_protocol, protocol_names, read_protocol
from monitord.config.shipped import shipped
from monitord.config.suite import Bed, Destination, Device, Station, Suite
from monitord.config.suite_file import default_database, read_suite, read_suite_document

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
