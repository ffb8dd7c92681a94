"""`monitord hospital`: many suites on a cluster. Its service, its workers, and what the cluster's servers need."""

from pathlib import Path
from typing import Annotated

import typer

hospital = typer.Typer(
    help="Many suites on a NATS JetStream cluster. The input is the hospital file: cluster, units, routes. The output is an "
    "overview page of every suite, and alarms that nobody of a suite answers, told by routes of the hospital's own. It has "
    "no default file. For example: monitord hospital run -c /etc/monitord/hospital.yaml",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

HospitalOption = Annotated[
    Path,
    typer.Option(
        "-c", "--config", help="The hospital file. It has no default.", show_default=False
    ),
]


@hospital.command("run")
def run(config: HospitalOption) -> None:
    """Serve the overview and the second line until SIGTERM.

    The input is the hospital file and what suites and workers write to the cluster. The output is the page at
    /hospital, the alarms of the second line and their own record. Without `station` the page is at port 8787.

    For example: monitord hospital run -c /etc/monitord/hospital.yaml
    """
    from monitord.daemon.hospital_service import run_hospital
    from monitord.daemon.logs import configure

    configure()
    run_hospital(config)


@hospital.command("worker")
def worker(
    config: HospitalOption,
    name: Annotated[
        str, typer.Option(help="What the worker is called. Default: one of its own at each start.")
    ] = "",
) -> None:
    """Fold the suites' rows, bed by bed, until SIGTERM; run two or more, on different machines.

    The input is the rows that suites write to the cluster. The output is each bed as it stands, kept there. By default
    all workers share the work alike.

    For example: monitord hospital worker -c /etc/monitord/hospital.yaml
    """
    from monitord.daemon.hospital_service import run_worker
    from monitord.daemon.logs import configure

    configure()
    run_worker(config, name)


@hospital.command("keys")
def keys(
    folder: Annotated[Path, typer.Argument(help="Where the seeds are written, NAME.nk each.")],
    names: Annotated[list[str], typer.Argument(help="The users: suites, or `hospital`.")],
) -> None:
    """Make NKey users of the cluster: a seed file each, which stays secret.

    The input is their names. The output is NAME.nk and NAME.pub in the folder; it prints the public keys. A seed that is there
    is kept, unless you remove it.

    For example: monitord hospital keys /etc/monitord/keys hospital icu north
    """
    from monitord.hospital.user_keys import make_user
    from monitord.printed_table import print_table

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    rows = [(name, make_user(folder, name)) for name in names]
    print_table(("user", "public key"), rows, between=" ")


@hospital.command("server-config")
def server_config(
    folder: Annotated[Path, typer.Argument(help="Where the public keys lie, NAME.pub each.")],
    *,
    name: Annotated[str, typer.Option(help="The server's name, one of its own for each node.")],
    store: Annotated[str, typer.Option(help="The server's folder for its streams.")],
    listen: Annotated[
        str, typer.Option(help="HOST:PORT for suites and workers.")
    ] = "127.0.0.1:4222",
    cluster: Annotated[
        str, typer.Option(help="HOST:PORT for the other nodes. Default: it is alone.")
    ] = "",
    route: Annotated[
        list[str] | None, typer.Option(help="HOST:PORT of another node; repeat it.")
    ] = None,
    certificate: Annotated[str, typer.Option(help="The server's certificate, PEM.")] = "",
    key: Annotated[str, typer.Option(help="The key of the certificate.")] = "",
    ca: Annotated[str, typer.Option(help="The authority of all certificates.")] = "",
    disk_mb: Annotated[int, typer.Option(help="What the streams may take on its disk.")] = 40_000,
) -> None:
    """Print the configuration of one server: its users, and that each suite writes only its own.

    The input is the public keys. The output is a configuration of nats-server. The user `hospital` is the hospital's own
    programs; every other name is a suite. Without --cluster the server is alone.

    For example: monitord hospital server-config /etc/monitord/keys --name n1 --store /var/lib/nats
    """
    from monitord.hospital import server_config as made
    from monitord.hospital.user_keys import public_keys

    users = public_keys(folder)
    own = {"cert_file": certificate, "key_file": key, "ca_file": ca}
    node = made.ServerNode(
        name=name,
        client=listen,
        cluster=cluster,
        store=store,
        routes=route or (),
        tls=own if certificate else None,
    )
    suites = {name: key for name, key in users.items() if name != "hospital"}
    mine = [users["hospital"]] if "hospital" in users else []
    print(made.server_config(node, suites=suites, hospital=mine, disk_mb=disk_mb), end="")
