"""What a decision says stands in the ledger for good, and units read it: it leads to no resident."""

import pytest
from django.urls import reverse

from flags.models import FlagEntry
from tasks.models import Claim, Task
from tasks.recording.recording import enter, take_out
from tasks.rules import PersonalDataInTask
from tasks.tests.desk import at_desk, ended_task
from tasks.verifying.reversing import reverse_verification
from tasks.verifying.verifying import Decision, verify
from xianfeng.testing.cast import Cast

WORDS = ["找王阿姨 138\u200b12345678", "帮3幢2单元501室修灯"]


def place(cast: Cast) -> Claim:
    task = ended_task(cast, cast.li)
    task.claims.update(presence=Claim.Presence.PRESENT)
    return task.claims.get()


@pytest.mark.parametrize("note", WORDS)
@pytest.mark.parametrize("grade", ["good", "denied", "no_show"])
def test_a_note_with_a_number_or_a_door_is_refused(cast: Cast, note: str, grade: str) -> None:
    claim = place(cast)
    if grade == "no_show":
        Claim.objects.update(presence=Claim.Presence.ABSENT)
    with pytest.raises(PersonalDataInTask, match="李建国的说明"):
        verify(claim.task, [Decision(claim.pk, grade, 120, 1, note)], by=cast.clerk)
    assert not FlagEntry.objects.exists()


def test_the_screen_says_so_and_keeps_what_was_filled_in(cast: Cast) -> None:
    claim = place(cast)
    row = {"claim_id": claim.pk, "presence": "present", "grade": "good", "minutes": 120, "flags": 1}
    data = {f"form-0-{name}": value for name, value in (row | {"note": WORDS[0]}).items()}
    data |= {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "action": "verify"}
    page = at_desk(cast.clerk).post(reverse("tasks:verify", args=[claim.task_id]), data).content.decode()
    assert "请去掉其中的手机号" in page and "12345678" in page
    assert Task.objects.get().state == "published"


@pytest.mark.parametrize("reason", WORDS)
def test_the_reason_of_a_reversal_as_well(cast: Cast, reason: str) -> None:
    claim = place(cast)
    (made,) = verify(claim.task, [Decision(claim.pk, "good", 120, 1)], by=cast.clerk)
    with pytest.raises(PersonalDataInTask) as refused:
        reverse_verification(made, reason=reason, by=cast.secretary)
    assert refused.value.field == "reason"
    assert FlagEntry.objects.count() == 1


@pytest.mark.parametrize("words", WORDS)
def test_who_says_so_is_named_without_a_number(cast: Cast, words: str) -> None:
    task = place(cast).task
    with pytest.raises(PersonalDataInTask) as refused:
        enter(task, [cast.wang.pk], witness=words, by=cast.clerk)
    assert refused.value.field == "witness"
    (claim,) = enter(task, [cast.wang.pk], witness="高组长", by=cast.clerk)
    with pytest.raises(PersonalDataInTask):
        take_out(claim, reason=words, by=cast.clerk)
