"""A software bill of materials in CycloneDX 1.6, from the wheels' own descriptions; no network."""

# ruff: noqa: INP001 - beside bundle.py, in no package

import json
import re
from collections.abc import Iterable
from email.message import Message
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Piece = tuple[Path, Message, str]
"""A wheel, its description and its SHA-256."""


def sbom(version: str, pieces: Iterable[Piece]) -> str:
    """The document; the same pieces give the same text."""
    parts: dict[str, dict[str, Any]] = {}
    depends: dict[str, set[str]] = {}
    asks: dict[str, set[str]] = {}
    for path, about, digest in pieces:
        name, ref = _name(about["Name"]), _ref(about["Name"], about["Version"])
        part = parts.setdefault(ref, _component(about, ref))
        # One package has a wheel for each target: each file's hash is a property.
        part["properties"].append({"name": f"sha256:{path.name}", "value": digest})
        needed = {_name(re.split(r"[ <>=!~;\[(]", text, maxsplit=1)[0]) for text in _needs(about)}
        asks.setdefault(ref, set()).update(needed)
        depends.setdefault(name, set()).add(ref)
    own = next(ref for ref in parts if ref.startswith("pkg:pypi/monitord@"))
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, ' '.join(sorted(parts)))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "monitord",
                "version": version,
                "purl": own,
            },
        },
        "components": [part for ref, part in sorted(parts.items()) if ref != own],
        "dependencies": [
            {
                "ref": ref,
                "dependsOn": sorted(found for name in asked for found in depends.get(name, ())),
            }
            for ref, asked in sorted(asks.items())
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def _needs(about: Message) -> list[str]:
    return [str(text) for text in about.get_all("Requires-Dist", [])]


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _ref(name: str, version: str) -> str:
    return f"pkg:pypi/{_name(name)}@{version}"


def _component(about: Message, ref: str) -> dict[str, Any]:
    licence = about["License-Expression"] or about["License"] or "unknown"
    first = str(licence).strip().splitlines()[0][:100]
    return {
        "type": "library",
        "bom-ref": ref,
        "name": _name(about["Name"]),
        "version": str(about["Version"]),
        "purl": ref,
        "licenses": [{"license": {"name": first}}],
        "properties": [],
    }
