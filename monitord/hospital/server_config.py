"""The configuration of a NATS server for a hospital: users by NKey, and what each may say. Pure.

A suite may publish under its own subjects and take answers to its own alarms; nothing of another suite, and no call
of the streams' interface. For an operator's own cluster these are the lines to take over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitord.hospital.subjects import of_suite


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerNode:
    """One node of the cluster; `routes` are the others, `cluster` is empty where it is alone. Without `tls` it speaks to its own machine alone."""

    name: str
    client: str
    cluster: str
    store: str
    routes: Sequence[str] = ()
    tls: Mapping[str, str] | None = None
    monitor: str = ""


def server_config(
    node: ServerNode, *, suites: Mapping[str, str], hospital: Sequence[str], disk_mb: int
) -> str:
    """`suites` are public keys by suite, `hospital` those of the hospital's own programs."""
    lines = [
        "# Made by `monitord hospital server-config`.",
        f"server_name: {_quoted(node.name)}",
        f"listen: {_quoted(node.client)}",
        *([f"http: {_quoted(node.monitor)}"] if node.monitor else []),
        "max_payload: 1MB",
        "jetstream {",
        f"  store_dir: {_quoted(node.store)}",
        f"  max_file_store: {disk_mb}MB",
        "  max_memory_store: 256MB",
        "}",
        *_cluster(node),
        *_tls(node.tls, ""),
        "authorization {",
        "  users: [",
        *(f"    {{nkey: {_quoted(key)}}}" for key in hospital),
    ]
    for suite, key in suites.items():
        publish, subscribe = of_suite(suite)
        lines += [
            f"    {{nkey: {_quoted(key)}, permissions: {{",
            f"      publish: {{allow: {_listed(publish)}}}",
            f"      subscribe: {{allow: {_listed(subscribe)}}}",
            "      allow_responses: {max: 1, expires: 30s}",
            "    }}",
        ]
    return "\n".join([*lines, "  ]", "}", ""])


def _cluster(node: ServerNode) -> list[str]:
    if not node.cluster:
        return []
    return [
        "cluster {",
        '  name: "monitord"',
        f"  listen: {_quoted(node.cluster)}",
        f"  routes: [{', '.join(_quoted(f'nats://{each}') for each in node.routes)}]",
        *_tls(node.tls, "  "),
        "}",
    ]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, names))}]"


def _tls(files: Mapping[str, str] | None, indent: str) -> list[str]:
    if not files:
        return []
    inside = [f"{indent}  {key}: {_quoted(value)}" for key, value in files.items()]
    return [f"{indent}tls {{", *inside, f"{indent}  verify: true", f"{indent}}}"]
