"""Who may do what: one table, a row for each route and each staff action. Pure.

A route without a row is refused to everybody who has an account; a test finds it before.
"""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is in the suite; a program's token has one too."""

    VIEWER = "viewer"
    NURSE = "nurse"
    CHARGE_NURSE = "charge_nurse"
    CLINICIAN = "clinician"
    APPROVER = "approver"
    ENGINEER = "engineer"


ACTIONS: Final = "POST /api/beds/{bed}/actions"
"""The one route that has a row for each `type` of its body; its own is for what is none of them."""

# A locked screen has what a viewer has: alarms, and the two things that must not wait for a name. `LOCKED` is more.
# `x` may; columns in the order of `Role`.
_MATRIX: Final = """
                                            viewer nurse charge clinician approver engineer
GET /api/beds                                 x      x      x       x        x        x
GET /api/beds/{bed}/trend                     x      x      x       x        x        x
GET /api/beds/{bed}/insight                   x      x      x       x        x        x
GET /api/beds/{bed}/confidential              .      x      x       x        .        .
GET /api/beds/{bed}/devices                   x      x      x       x        x        x
GET /api/patients/{pseudonym:path}/history    .      x      x       x        .        .
GET /api/alarms                               x      x      x       x        x        x
GET /api/actions/{action}                     x      x      x       x        x        x
GET /api/sessions                             .      x      x       x        x        x
GET /api/sessions/{session}/report.{form}     .      x      x       x        x        x
GET /api/sessions/{session}/trend             .      x      x       x        x        x
GET /api/review/alarms                        .      x      x       x        x        x
GET /api/review/alarms/{alarm}                .      x      x       x        x        x
GET /api/events                               x      x      x       x        x        x
GET /api/stations                             x      x      x       x        x        x
POST /api/beds/{bed}/actions                  x      x      x       x        x        x
POST /api/stations/{name}                     .      x      x       x        x        x
POST /api/stations/{name}/dismiss             .      x      x       x        .        x
POST /api/stations/{name}/test                .      x      x       x        .        x
POST /api/stations/{name}/answer              .      x      x       x        .        x
GET /api/suite                                x      x      x       x        x        x
POST /api/suite/check                         .      x      x       x        .        x
POST /api/suite/close                         .      x      x       x        .        .
POST /api/suite/hand_over                     .      x      x       x        .        .
POST /api/suite/swap                          .      x      x       x        .        .
POST /api/alarms/{alarm:path}/acknowledge     .      x      x       x        .        .

call_help                                     x      x      x       x        x        x
pause_audio                                   x      x      x       x        x        x
acknowledge                                   .      x      x       x        .        .
accept                                        .      x      x       x        .        .
reject                                        .      x      x       x        .        .
admit                                         .      x      x       x        .        .
correct_protocol                              .      x      x       x        .        .
tighten_limit                                 .      x      x       x        .        .
adjust_limit                                  .      .      .       x        .        .
start_baseline                                .      x      x       x        .        .
accept_baseline                               .      x      x       x        .        .
answer_question                               .      x      x       x        .        .
start_infusion                                .      x      x       x        .        .
pause_infusion                                .      x      x       x        .        .
resume_infusion                               .      x      x       x        .        .
stop_infusion                                 .      x      x       x        .        .
begin_reaction                                .      x      x       x        .        .
end_reaction                                  .      x      x       x        .        .
confirm_steady                                .      x      x       x        .        .
observe                                       .      x      x       x        .        .
fill_form                                     .      x      x       x        .        .
assess                                        .      .      .       x        .        .
patient_away                                  .      x      x       x        .        .
patient_back                                  .      x      x       x        .        .
move                                          .      x      x       x        .        .
pause_alarms                                  .      x      x       x        .        .
record_done                                   .      x      x       x        .        .
hand_over                                     .      x      x       x        .        .
void                                          .      x      x       x        .        .
discharge                                     .      x      x       x        .        .

POST /api/session/touch                       x      x      x       x        x        x
POST /api/session/lock                        x      x      x       x        x        x
POST /api/session/unlock                      x      x      x       x        x        x
POST /api/session/logout                      x      x      x       x        x        x
POST /api/session/secrets                     x      x      x       x        x        x
GET /api/people                               .      .      .       .        .        x
POST /api/people                              .      .      .       .        .        x
POST /api/people/{name}/reset                 .      .      .       .        .        x
POST /api/people/{name}/disable               .      .      .       .        .        x
POST /api/people/{name}/token                 .      .      .       .        .        x
POST /api/people/{name}/revoke                .      .      .       .        .        x

GET /api/hospital                             x      x      x       x        x        x
POST /api/hospital/answers                    .      x      x       x        .        .

GET /metrics                                  x      x      x       x        x        x
GET /health/live                              x      x      x       x        x        x
GET /health/ready                             x      x      x       x        x        x
"""

PUBLIC: Final = frozenset(
    {
        "GET /",
        "GET /hospital",
        "GET /assets",
        "GET /api/openapi.json",
        "GET /api/session",
        "GET /api/page",
        "GET /api/sentences/{language}",
        "POST /api/session/login",
        "POST /api/session/join",
    }
)
"""The page itself, what it is made of, its words, and how to sign in: nothing of a patient."""

LOCAL: Final = frozenset({"GET /metrics", "GET /health/live", "GET /health/ready"})
"""Besides its row: free to programs of this machine, which are the service's own."""


def _read(matrix: str) -> dict[str, frozenset[Role]]:
    table: dict[str, frozenset[Role]] = {}
    for line in matrix.strip().splitlines()[1:]:
        if not line.strip():
            continue
        words = line.split()
        row, cells = " ".join(words[: -len(Role)]), words[-len(Role) :]
        if row in table or set(cells) - {"x", "."}:
            raise ValueError(f"the row {row!r} stands twice or is not of x and dots")
        table[row] = frozenset(role for role, cell in zip(Role, cells, strict=True) if cell == "x")
    return table


TABLE: Final = _read(_MATRIX)

ACKNOWLEDGE: Final = "acknowledge"
LOCKED: Final = frozenset({ACKNOWLEDGE, "POST /api/alarms/{alarm:path}/acknowledge"})
"""What a named screen may besides while nobody is signed in, where somebody signed in before who may: it is recorded
under the screen's name."""

NAME_SCREEN: Final = "POST /api/stations/{name}"
"""Makes a station that the suite then misses: besides its row, a locked screen where such a person signed in before
goes on saying its name."""

STAFF_ACTIONS: Final = frozenset(row for row in TABLE if " " not in row)

UNSIGNED: Final = frozenset(
    row
    for row in (*TABLE, *PUBLIC)
    if row.split("/")[1:3] in (["api", "session"], ["api", "people"])
) | {NAME_SCREEN}
"""Their bodies name nobody. Every other body gets the name of who signed in as its `by`."""


def permits(role: Role, row: str) -> bool:
    """Whether the role may use this route (`METHOD /path`) or staff action (its type)."""
    return role in TABLE.get(row, frozenset())
