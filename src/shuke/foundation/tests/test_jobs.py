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
def known(monkeypatch):
    """The jobs of this file, declared after the queue was made ready."""
    for task in (work, fail):
        task.blueprint = app
        monkeypatch.setitem(app.tasks, task.name, task)


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
    assert [(error, fields["job"]) for error, fields in lines] == [("ValueError", "tests.fail")]
    assert [job.status for job in ProcrastinateJob.objects.all()] == ["failed"]


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
