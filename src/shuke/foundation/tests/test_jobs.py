"""Background work: done once, told in one line, never lost."""

import time

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from shuke.foundation import jobs, logs

DONE = []


@jobs.job("tests.work")
def work(number):
    DONE.append(number)
    return {"members": number}


@jobs.job("tests.fail")
def fail():
    raise ValueError("13800000001")


@pytest.fixture(autouse=True)
def lines(monkeypatch):
    """What is logged, as (event, fields)."""
    DONE.clear()
    told = []
    monkeypatch.setattr(logs, "event", lambda name, **fields: told.append((name, fields)))
    monkeypatch.setattr(logs, "failure", lambda name, error, **fields: told.append((type(error).__name__, fields)))
    return told


@pytest.fixture
def known(monkeypatch, db):
    """The jobs of this file, declared after the queue was made ready, and an empty queue, which Django never flushes."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    for task in (work, fail):
        task.blueprint = app
        monkeypatch.setitem(app.tasks, task.name, task)


def mine():
    """Return how the jobs of this file stand; what comes round may wait beside them."""
    jobs_of_tests = ProcrastinateJob.objects.filter(task_name__startswith="tests.").order_by("id")
    return [job.status for job in jobs_of_tests]


def eventually(met):
    end = time.monotonic() + 20
    while not met() and time.monotonic() < end:
        time.sleep(0.05)
    return met()


@pytest.mark.django_db
def test_a_job_waits_once_however_often_it_is_asked_for(known):
    assert jobs.defer_once(work, number=1)
    assert not jobs.defer_once(work, number=2)
    assert [job.args for job in ProcrastinateJob.objects.all()] == [{"number": 1}]


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_what_was_asked_for_and_nothing_that_was_rolled_back(known, lines):
    with transaction.atomic():
        work.defer(number=1)
    with transaction.atomic():
        work.defer(number=2)
        transaction.set_rollback(True)
    jobs.run_worker(until_empty=True)
    assert DONE == [1]
    ((name, fields),) = [line for line in lines if line[1]["job"] == "tests.work"]
    assert (name, fields["members"]) == ("job", 1)


@pytest.mark.django_db(transaction=True)
def test_a_failed_job_is_told_by_its_error_and_kept(known, lines):
    fail.defer()
    jobs.run_worker(until_empty=True)
    told = [(error, fields["job"]) for error, fields in lines if fields["job"].startswith("tests.")]
    assert told == [("ValueError", "tests.fail")]
    assert mine() == ["failed"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_aside_works_while_the_block_runs_and_then_leaves(known):
    with jobs.worker_aside():
        work.defer(number=7)
        assert eventually(lambda: DONE == [7])
    work.defer(number=8)
    time.sleep(0.3)
    assert DONE == [7]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert cursor.fetchone() == (1,)


def plant(status, lock, queueing_lock, number, worker_id=None):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, status, worker_id)"
            " VALUES ('default', 'tests.work', 0, %s, %s, jsonb_build_object('number', %s::int), %s, %s)",
            [lock, queueing_lock, number, status, worker_id],
        )


def plant_worker(seconds_silent):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) RETURNING id",
            [seconds_silent],
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known_worker", [True, False], ids=["silent worker", "worker forgotten"])
def test_a_job_whose_worker_died_is_done_and_gives_its_lock_back(known, lines, known_worker):
    plant("doing", "tests.work", None, 1, plant_worker(31) if known_worker else None)
    plant("todo", "tests.work", None, 2)
    jobs.run_worker(until_empty=True)
    assert sorted(DONE) == [1, 2]
    assert mine() == []
    assert [(fields["job"], fields["id"] > 0) for name, fields in lines if name == "job_taken_back"] == [
        ("tests.work", True)
    ]


@pytest.mark.django_db(transaction=True)
def test_a_dead_workers_job_makes_way_for_the_next_one_of_its_name(known):
    plant("doing", "tests.work", "tests.work", 1)
    plant("todo", "tests.work", "tests.work", 2)
    jobs.run_worker(until_empty=True)
    assert DONE == [2]
    assert mine() == []


@pytest.mark.django_db(transaction=True)
def test_a_running_job_is_left_to_its_worker(known):
    plant("doing", "tests.work", None, 1, plant_worker(5))
    plant("todo", "tests.work", None, 2)
    jobs.run_worker(until_empty=True)
    assert DONE == []
    assert mine() == ["doing", "todo"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_keeps_looking_for_jobs_of_dead_workers(known, monkeypatch):
    monkeypatch.setattr(jobs, "_LOOK_SECONDS", 0.1)
    with jobs.worker_aside():
        time.sleep(0.5)
        plant("doing", "tests.work", None, 3)
        assert eventually(lambda: DONE == [3])
