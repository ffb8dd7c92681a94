"""Jobs on other cores and machines: every job is answered, whatever dies."""

from pathlib import Path

import pytest

from monitord.errors import MonitordError
from monitord.replay.backtest import pool as dask_pool
from monitord.replay.backtest.pool import Cores, Here, Machines
from tests.replay.victims import die_always, die_once, double


@pytest.mark.parametrize("pool", [Here(), Cores(2)])
def test_every_job_is_answered_and_a_fault_is_its_own(pool: Here | Cores) -> None:
    answers = {each.job: each for each in pool.run(double, range(-1, 20))}
    assert {job: each.result for job, each in answers.items() if job >= 0} == {
        number: 2 * number for number in range(20)
    }
    assert answers[-1].failed == "-1 is negative"


def test_a_killed_worker_costs_nothing_but_time(tmp_path: Path) -> None:
    jobs = [(str(tmp_path), number) for number in range(8)]
    answers = list(Cores(2).run(die_once, jobs))
    assert (tmp_path / "died").exists()
    assert sorted((each.job[1], each.result) for each in answers) == [(n, 2 * n) for n in range(8)]


def test_a_job_that_always_kills_its_worker_costs_only_itself() -> None:
    answers = {each.job: each for each in Cores(2).run(die_always, range(8))}
    assert sorted(answers) == list(range(8))
    assert answers[3].failed == "its worker died 2 times"
    assert [each.result for job, each in sorted(answers.items()) if job != 3] == [
        2 * number for number in range(8) if number != 3
    ]


def test_a_dask_scheduler_gives_the_same_answers() -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra 'backtest'")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        answers = list(Machines(cluster.scheduler_address).run(double, range(5)))
    assert sorted(each.result for each in answers) == [0, 2, 4, 6, 8]


def test_a_killed_machine_of_a_dask_cluster_costs_nothing_but_time(tmp_path: Path) -> None:
    """A worker is killed in the middle of a job; its nanny starts another, the job is done there."""
    distributed = pytest.importorskip("distributed", reason="needs the extra 'backtest'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        jobs = [(str(tmp_path), number) for number in range(8)]
        answers = list(Machines(cluster.scheduler_address).run(die_once, jobs))
    assert (tmp_path / "died").exists()
    assert sorted((each.job[1], each.result) for each in answers) == [(n, 2 * n) for n in range(8)]


def test_a_scheduler_that_is_not_there_is_an_error_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("distributed", reason="needs the extra 'backtest'")
    monkeypatch.setattr(dask_pool, "CONNECT_S", 1)
    with pytest.raises(MonitordError, match="no Dask scheduler"):
        list(Machines("tcp://127.0.0.1:9").run(double, range(2)))
