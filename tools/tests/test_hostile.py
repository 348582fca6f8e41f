"""Each hostile file is refused or read in words, in bounded time, and puts nobody on the roster."""

import resource
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from members.importing import batches
from members.models import ImportBatch, Member
from tools.tests.hostile import contents, packages
from xianfeng.testing.cast import Cast

FILES = [*packages.files(), *contents.files()]
MOST_SECONDS = 8  # of a processor, of the file's own and of ours


def used() -> float:
    own, apart = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + apart.ru_utime + apart.ru_stime


def test_there_are_enough_and_no_two_alike():
    assert len({name for name, _content in FILES}) == len(FILES) >= 120


@pytest.mark.parametrize(("name", "content"), FILES, ids=[name for name, _content in FILES])
def test_a_hostile_file_writes_nothing(name: str, content: bytes, cast: Cast):
    people, before = Member.objects.count(), used()
    file = SimpleUploadedFile(f"x{Path(name).suffix}", content)
    batch = batches.upload("roster", file, by=cast.city_officer)
    batches.check(batch.pk)
    batch.refresh_from_db()
    assert used() - before <= MOST_SECONDS
    assert batch.state in (ImportBatch.State.FAILED, ImportBatch.State.PREVIEWED)
    assert batch.error or not (batch.counts["new"] + batch.counts["changed"])
    assert Member.objects.count() == people
