"""What keeping the roster refuses."""

from django.utils.translation import gettext as _

from members.models import Member
from xianfeng.lib.refusal import NotPossible, Refusal


class DatesWrong(Refusal):
    code = "dates_wrong"


def check_stands(member: Member) -> None:
    """A record that was merged is history. Raises NotPossible."""
    if member.is_merged:
        raise NotPossible(_("这条记录已经并入另一条，请在保留的记录上办理。"), "merged_record")
