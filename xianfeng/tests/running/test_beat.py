from fnmatch import fnmatch

import pytest
from celery.schedules import crontab

from xianfeng import health
from xianfeng.celery import SCHEDULE, app
from xianfeng.lib import queue


@pytest.fixture(autouse=True)
def _jobs_as_a_worker_finds_them():
    app.loader.import_default_modules()


def test_every_entry_names_a_registered_job():
    missing = {name: job for name, (job, _when, _arguments) in SCHEDULE.items() if job not in app.tasks}
    assert missing == {}


def test_every_entry_reaches_beat_with_a_time_and_arguments_its_job_takes():
    assert set(app.conf.beat_schedule) == set(SCHEDULE)
    for name, entry in app.conf.beat_schedule.items():
        assert isinstance(entry["schedule"], float | crontab), name
        job = app.tasks[entry["task"]]
        job.__header__(**entry["kwargs"])  # raises TypeError for arguments the job does not take


def test_every_job_of_ours_is_named_after_its_app():
    ours = [job for job in app.tasks.values() if not job.name.startswith("celery.")]
    assert ours
    for job in ours:
        assert job.name.split(".")[0] == job.__module__.split(".")[0], job.name


def test_heartbeats_are_as_frequent_as_health_expects():
    for name in queue.QUEUES:
        _job, when, _arguments = SCHEDULE[f"heartbeat {name}"]
        assert isinstance(when, float) and 3 * when < health.STALE_WORKER_AFTER[name]


@pytest.mark.parametrize("name", queue.QUEUES)
def test_a_sent_heartbeat_stamps_beat_and_a_done_one_the_worker_of_its_queue(name: str):
    job, stamp = app.tasks["xianfeng.heartbeat"], health.worker_of(name)
    assert not health.is_fresh(health.BEAT)
    entry = app.conf.beat_schedule[f"heartbeat {name}"]
    assert entry["options"]["queue"] == name
    job.apply_async(kwargs=entry["kwargs"], **entry["options"])
    assert health.is_fresh(health.BEAT)
    assert not health.is_fresh(stamp)
    job.apply(kwargs=entry["kwargs"])
    assert health.is_fresh(stamp)


# --- Queues -------------------------------------------------------------------------------------


def queue_of(job: str) -> str:
    return app.amqp.router.route({}, job)["queue"].name


def test_every_route_is_that_of_a_job():
    for pattern in app.conf.task_routes:
        assert any(fnmatch(name, pattern) for name in app.tasks), pattern


def test_what_talks_to_servers_outside_holds_up_nothing_else():
    outside = ["notices.deliver", "notices.send_letter", "members.send_number_texts"]
    assert {queue_of(job) for job in outside} == {queue.MAIL}


def test_what_people_wait_for_waits_for_no_night():
    awaited = ["members.check_import", "members.write_import", "flags.run_assessment", "reports.make_export"]
    assert {queue_of(job) for job in awaited} == {queue.INTERACTIVE}
    for job, when, _arguments in SCHEDULE.values():
        at_night = isinstance(when, crontab) and len(when.hour) == 1 and min(when.hour) in range(1, 7)
        assert not at_night or queue_of(job) == queue.NIGHTLY, job
