import pytest
from celery.schedules import crontab

from xianfeng import health
from xianfeng.celery import SCHEDULE, app


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


def test_the_heartbeat_is_as_frequent_as_health_expects():
    _job, when, _arguments = SCHEDULE["heartbeat"]
    assert isinstance(when, float) and 3 * when < health.STALE_AFTER


def test_a_sent_heartbeat_stamps_beat_and_a_done_one_the_worker(db):
    job = app.tasks["xianfeng.heartbeat"]
    assert not health.is_fresh(health.BEAT)
    job.delay()
    assert health.is_fresh(health.BEAT)
    assert not health.is_fresh(health.WORKER)
    job.apply()
    assert health.is_fresh(health.WORKER)
