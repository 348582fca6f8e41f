"""What a wish may say, and to whom."""

from django.utils.translation import gettext as _

from members.models import Organization
from wishes.models import PLACES
from xianfeng.lib import personal_data
from xianfeng.lib.refusal import Refusal


class WrongPlace(Refusal):
    code = "wrong_place"


class PersonalDataInNeed(Refusal):
    code = "personal_data"


def check_place(organization: Organization) -> None:
    """Wishes are stated to an estate or a community. Raises WrongPlace."""
    if organization.kind not in PLACES or not organization.is_active:
        raise WrongPlace(_("这里暂不接收心愿。请扫本小区或社区的二维码。"))


def check_need(need: str) -> None:
    """Raises PersonalDataInNeed where the public text holds a number that leads to a person."""
    found = [each for each in personal_data.find(need) if each.kind in personal_data.FORBIDDEN]
    if found:
        raise PersonalDataInNeed(
            _("心愿会公开显示，请去掉其中的%(what)s“%(text)s”，改填到联系方式里。")
            % {"what": found[0].label, "text": found[0].text}
        )
