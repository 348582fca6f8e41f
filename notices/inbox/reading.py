"""What a person does with the messages in their own inbox."""

from typing import TYPE_CHECKING

from django.utils import timezone

from notices.models import Notice

if TYPE_CHECKING:
    from members.models import User


def mark_read(notice: Notice, *, by: "User") -> None:
    """Note when the recipient first opened it; opening it again changes nothing."""
    Notice.objects.visible_to(by).unread().filter(pk=notice.pk).update(read_at=timezone.now())


def mark_all_read(*, by: "User") -> int:
    """Returns how many were unread."""
    return Notice.objects.visible_to(by).unread().update(read_at=timezone.now())
