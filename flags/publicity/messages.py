"""What is said of a yearly check that is made public, taken back or settled.

Each key names the step's event: a year that is made public again after a correction is told again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from flags.assessment.messages import desks
from flags.models import Assessment, AssessmentEvent, AssessmentRun
from members.models import Organization, User
from notices.kinds import Kind, declare
from notices.outbox import Message, Wording
from xianfeng.lib.times import format_date

CITY = _("市委组织部的书记、工作人员")
PUBLICITY = Kind(
    "publicity",
    _("年度考核公示"),
    told=_("党员本人，其单位、社区和市委组织部的书记、工作人员"),
    mandatory=True,
)
TAKEN_BACK = Kind(
    "publicity_back", _("公示撤回"), told=_("收到公示通知的每个人，和公示人（别人撤回时）"), mandatory=True
)
SETTLED = Kind("year_settled", _("年度考核定案"), told=CITY, mandatory=True)
KINDS = declare(PUBLICITY, TAKEN_BACK, SETTLED)

Result = Assessment.Result
TOLD = "publicity:%(event)s:"
OWN_MARK, BACK_MARK = TOLD + "member:", "publicity-back:%(event)s:"

OWN = Wording(
    PUBLICITY,
    key=OWN_MARK + "%(member)s",
    subject=_("%(year)s 年度考核公示，您的初评结果：%(result)s"),
    body=_(
        "红旗 %(flags)s 面，应得 %(required)s 面。公示到%(until)s为止，逐条流水和计算依据见“红旗”页面。"
        "如有异议，请在公示期内联系%(places)s。"
    ),
    link="flags:my_flags",
    query="year=%(year)s",
    told=_("党员本人"),
)
LISTED = Wording(
    PUBLICITY,
    key=TOLD + "org:%(org)s:%(user)s",
    subject=_("%(name)s：%(year)s 年度考核开始公示"),
    body=_(
        "公示到%(until)s为止。共 %(count)s 人：合格 %(qualified)s 人，不合格 %(unqualified)s 人，"
        "豁免 %(exempt)s 人。请核对名单；本人有异议的，请在公示期内查实，该更正的当时更正，定案时一并计入。"
    ),
    link="flags:assessment",
    told=_("单位、社区和市委组织部的书记、工作人员"),
)
BACK = Wording(
    TAKEN_BACK,
    key=BACK_MARK + "%(user)s",
    subject=_("%(year)s 年度考核的公示已撤回"),
    body=_("原因：%(reason)s。之前看到的初评结果不作数，重新核算后会再次公示，到时另行通知。"),
)
CLOSED = Wording(
    SETTLED,
    key="year-settled:%(event)s:%(user)s",
    subject=_("%(year)s 年度考核已定案"),
    body=_(
        "共 %(count)s 人：合格 %(qualified)s 人，不合格 %(unqualified)s 人，豁免 %(exempt)s 人。"
        "结果已发给本人，名单已发给各单位、社区。以后有误，在结果页逐人更正。"
    ),
    link="flags:assessment",
)


def own(rows: Iterable[Assessment], run: AssessmentRun, event: AssessmentEvent) -> Iterator[Message]:
    """Each member's own result as it stands, and who hears an objection."""
    facts = {**_facts(run, event), "until": _until(run)}
    for row in rows:
        yield OWN.to(
            row.member.user,  # type: ignore[arg-type]  # rows of people with an account
            member=row.member_id,
            result=row.get_result_display(),
            flags=row.flags,
            required=row.required_flags,
            places="、".join(str(place) for place in (row.unit, row.community) if place),
            **facts,
        )


def lists(
    counts: Mapping[int, Counter[str]], run: AssessmentRun, event: AssessmentEvent
) -> Iterator[Message]:
    """To every desk that has people in it, but whoever made it public."""
    facts = {**_facts(run, event), "until": _until(run)}
    for organization, users in offices().items():
        if of_them := counts.get(organization.pk):
            named = {"org": organization.pk, "name": organization.name, **_counted(of_them)}
            others = (user for user in users if user.pk != event.by_id)
            yield from LISTED.to_each(others, run.pk, **named, **facts)


def backs(users: Iterable[User], run: AssessmentRun, event: AssessmentEvent) -> Iterator[Message]:
    return BACK.to_each(users, **_facts(run, event), reason=event.note.rstrip("。"))


def closed(
    counts: Mapping[int, Counter[str]], run: AssessmentRun, event: AssessmentEvent
) -> Iterator[Message]:
    """To the city's others: units, communities and members get their lists and results."""
    for organization, users in offices(Organization.Kind.CITY).items():
        others = (user for user in users if user.pk != event.by_id)
        figures = _counted(counts.get(organization.pk, Counter()))
        yield from CLOSED.to_each(others, run.pk, **_facts(run, event), **figures)


def offices(*kinds: Organization.Kind) -> dict[Organization, list[User]]:
    """Secretaries and clerks of units, communities and the city, or of the kinds named."""
    return desks(*(kinds or (Organization.Kind.UNIT, Organization.Kind.COMMUNITY, Organization.Kind.CITY)))


def _facts(run: AssessmentRun, event: AssessmentEvent) -> dict[str, Any]:
    return {"event": event.pk, "year": run.year}


def _until(run: AssessmentRun) -> str:
    return format_date(run.publicised_until) if run.publicised_until else ""


def _counted(counts: Counter[str]) -> dict[str, int]:
    return {"count": counts.total(), **{result.value: counts[result] for result in Result}}
