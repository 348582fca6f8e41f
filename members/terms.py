"""How long members' rooms keep personal data, and what of it stays (个人信息保护法 §19, §47)."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.accounts.holding import BY_CODE_ALONE
from members.importing import batches
from members.importing.rules import UNDOABLE_FOR
from members.models import (
    Exemption,
    ImportBatch,
    ImportRow,
    Member,
    MobileChange,
    MobileProof,
    Registration,
    User,
)
from xianfeng.lib.database.retention import Files, Rows, Stay, blank, filled
from xianfeng.lib.times import local_date

BLANKED, DELETED = _("清空内容，保留记录"), _("删除")
ANSWERS = ("address", "skills", "intentions", "free_times")
FORGOTTEN_NAME = _("（已删除）")
YEAR, THREE_YEARS = 365, 3 * 365  # days


def columns(model: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{model}.{name}" for name in names)


# --- Imports ------------------------------------------------------------------------------------

BatchState = ImportBatch.State
# Of the counts, what quotes the file; the figures themselves stay.
QUOTED = ("questions", "sheets", "unknown_columns")


def discard(undecided: QuerySet[Any]) -> None:
    for batch in undecided:
        batches.discard(batch, by=None)


def forget_answers(over: QuerySet[Any]) -> None:
    """What people answered, and what the questions quoted; how many rows did what is still told."""
    for batch in over:
        counts = {name: value for name, value in batch.counts.items() if name not in QUOTED}
        ImportBatch.objects.filter(pk=batch.pk).update(decisions={}, counts=counts)


def named_files() -> set[str]:
    return set(ImportBatch.objects.exclude(file="").values_list("file", flat=True))


IMPORTS = (
    Rows(
        name="imports_undecided",
        label=_("导入：上传后没有确认的文件和预览"),
        since=_("最后一次操作"),
        days=batches.KEPT_UNDECIDED.days,
        does=_("放弃这一批，文件和预览删除"),
        why=_("一个月没有人确认，就不再需要；要导入时重新上传。"),
        fields=columns("members.ImportBatch", "file"),
        held=lambda: ImportBatch.objects.filter(state__in=BatchState.CHECKED),
        over=lambda before: Q(beat_at__lt=before),
        forget=discard,
    ),
    Rows(
        name="import_rows",
        label=_("导入：逐行内容（姓名、手机号、住址、改动前后）"),
        since=_("确认导入"),
        days=UNDOABLE_FOR.days,
        does=DELETED,
        why=_("撤销和核对要用；过了可以撤销的期限就不再需要。新增、变更各多少条的记录保留。"),
        fields=columns("members.ImportRow", "sheet", "sought", "values", "changes", "cleaned", "errors"),
        held=lambda: ImportRow.objects.filter(batch__state__in=BatchState.OVER),
        over=lambda before: Q(batch__confirmed_at__lte=before),
    ),
    Rows(
        name="import_answers",
        label=_("导入：核对时作的决定、改正的内容"),
        since=_("导入、撤销或放弃"),
        days=UNDOABLE_FOR.days,
        does=BLANKED,
        why=_("同上：只为核对和撤销这一批。"),
        fields=columns("members.ImportBatch", "decisions", "counts"),
        held=lambda: ImportBatch.objects.filter(
            filled("decisions") | Q(counts__has_any_keys=QUOTED), state__in=BatchState.OVER
        ),
        over=lambda before: Q(beat_at__lte=before),
        forget=forget_answers,
    ),
    Files(
        name="import_files_left",
        label=_("导入：没有记录对应的上传文件"),
        since=_("写入"),
        days=1,
        does=DELETED,
        why=_("正常情况下没有：上传的文件随确认、放弃即时删除，这里清理中断时留下的。"),
        folder="imports",
        named=named_files,
    ),
)

# --- Log-in and codes ---------------------------------------------------------------------------


def live_session() -> Exists:
    """Of this log-in, at this moment: whoever is logged in keeps the line on their list of devices."""
    alive = Session.objects.filter(expire_date__gt=timezone.now())
    return Exists(alive.filter(session_key=OuterRef("session_key")))


ACCOUNTS = (
    Rows(
        name="mobile_proofs",
        label=_("短信验证码对应的手机号"),
        since=_("验证码失效（发出 5 分钟后）"),
        days=1,
        does=DELETED,
        why=_("只为验证这一次；留一天，便于解释“为什么收不到”。"),
        fields=columns("members.MobileProof", "mobile", "code_hash"),
        held=MobileProof.objects.all,
        over=lambda before: Q(expires_at__lte=before),
    ),
    Rows(
        name="sessions",
        label=_("登录会话（含没填完的报到、心愿、换号内容）"),
        since=_("会话过期（最后一次操作 12 小时后）"),
        days=0,
        does=DELETED,
        why=_("会话过期后没有用处。正在登录的不受影响。"),
        fields=columns("sessions.Session", "session_data"),
        held=Session.objects.all,
        over=lambda before: Q(expire_date__lte=before),
    ),
    Rows(
        name="login_devices",
        label=_("登录设备（网络地址、浏览器）"),
        since=_("最后一次登录（会话已结束的）"),
        days=30,
        does=DELETED,
        why=_("本人据此发现不是自己的登录；会话结束一个月后不再需要。"),
        fields=columns("usersessions.UserSession", "ip", "user_agent", "data"),
        held=UserSession.objects.all,
        over=lambda before: Q(last_seen_at__lte=before) & ~Q(live_session()),
    ),
    Rows(
        name="accounts_of_nobody",
        label=_("只验证过手机号、没有报到成功的账号（姓名、手机号）"),
        since=_("最后一次登录或提交"),
        days=YEAR,
        does=_("清空姓名、手机号，停用"),
        why=_("一年内没有再来；再来时重新验证即可。"),
        fields=columns("members.User", "name", "mobile", "email"),
        held=lambda: User.objects.filter(
            ~Q(registrations__state__in=Registration.State.OPEN),
            Q(mobile__isnull=False) | ~Q(name=str(FORGOTTEN_NAME)),
            username__regex=BY_CODE_ALONE,
            is_superuser=False,
            is_staff=False,
            member=None,
            appointments=None,
            elevations=None,
        ),
        over=lambda before: (
            Q(date_joined__lte=before)
            & (Q(last_login=None) | Q(last_login__lte=before))
            & ~Q(registrations__submitted_at__gt=before)
        ),
        forget=lambda rows: rows.update(name=str(FORGOTTEN_NAME), mobile=None, email="", is_active=False),
    ),
    Rows(
        name="admin_log",
        label=_("管理后台的操作日志（涉及的姓名）"),
        since=_("操作"),
        days=THREE_YEARS,
        does=DELETED,
        why=_("网络安全法要求日志至少留六个月；留满三年以备追查。"),
        fields=columns("admin.LogEntry", "object_repr", "change_message"),
        held=LogEntry.objects.all,
        over=lambda before: Q(action_time__lte=before),
    ),
)

# --- Registrations and people -------------------------------------------------------------------

State = Registration.State
PEOPLE = (
    Rows(
        name="registrations_closed",
        label=_("没有办成的报到（已退回、已撤回）：姓名、手机号和填写的内容"),
        since=_("退回或撤回"),
        days=YEAR,
        does=BLANKED,
        why=_("一年内再来报到，可以接着填；之后不再需要。办理经过保留。"),
        fields=columns("members.Registration", "name", "mobile", "differences", *ANSWERS),
        held=lambda: Registration.objects.filter(
            filled("mobile", *ANSWERS) | ~Q(name=str(FORGOTTEN_NAME)),
            state__in=(State.RETURNED, State.WITHDRAWN),
        ),
        over=lambda before: Q(decided_at__lte=before),
        forget=lambda rows: rows.update(
            name=str(FORGOTTEN_NAME), mobile="", differences=[], **dict.fromkeys(ANSWERS, "")
        ),
    ),
    Rows(
        name="registrations_taken_in",
        label=_("已确认、已转出的报到：当时填写的住址、特长、意向、时间"),
        since=_("确认或转出"),
        days=YEAR,
        does=BLANKED,
        why=_("确认时已记入本人的名册记录，以那里为准；这一份只为核对。"),
        fields=columns("members.Registration", *ANSWERS),
        held=lambda: Registration.objects.filter(filled(*ANSWERS), state__in=State.TAKEN_IN),
        over=lambda before: Q(decided_at__lte=before),
        forget=blank(**dict.fromkeys(ANSWERS, "")),
    ),
    Rows(
        name="departed_members",
        label=_("已离开名册的人：住址、特长、意向、时间、备注"),
        since=_("离开"),
        days=YEAR,
        does=BLANKED,
        why=_("一年内回来的，资料还在；之后回来的，报到时重新填写。"),
        fields=columns("members.Member", *ANSWERS, "note"),
        held=lambda: Member.objects.filter(filled(*ANSWERS, "note"), state=Member.State.DEPARTED),
        over=lambda before: Q(departed_on__lte=local_date(before)),
        forget=blank(**dict.fromkeys((*ANSWERS, "note"), "")),
    ),
    Rows(
        name="number_changes",
        label=_("换号记录（原号、新号）"),
        since=_("办理"),
        days=THREE_YEARS,
        does=DELETED,
        why=_("账号被人冒领时的依据；三年（民法典第一百八十八条的诉讼时效）后不再需要。待核实的不删。"),
        fields=columns("members.MobileChange", "old", "new", "reason"),
        held=lambda: MobileChange.objects.exclude(state__in=MobileChange.State.OPEN).annotate(
            ended_at=Coalesce("decided_at", "asked_at")
        ),
        over=lambda before: Q(ended_at__lte=before),
    ),
    Rows(
        name="exemption_reasons",
        label=_("豁免的原因（可能涉及健康）"),
        since=_("豁免结束"),
        days=THREE_YEARS,
        does=BLANKED,
        why=_("敏感个人信息（个人信息保护法第二十八条）。类型、起止日期和批准人保留，考核结果仍可复核。"),
        fields=columns("members.Exemption", "reason"),
        held=lambda: Exemption.objects.exclude(reason=""),
        over=lambda before: Q(ends_on__lte=local_date(before)),
        forget=blank(reason=""),
    ),
)

TERMS = (*IMPORTS, *ACCOUNTS, *PEOPLE)

STAYS = (
    Stay(
        label=_("已存筛选和列的选择"),
        why=_("自己的工作习惯，只有本人看得到，由本人删去；筛选里可能写着查找的姓名。"),
        fields=columns("members.ListPreference", "filters"),
    ),
    Stay(
        label=_("在册党员的名册记录"),
        why=_(
            "在册期间一直要用，以名册为准；本人可以查看、更正。离开或并入别的记录后，姓名、手机号、单位、职务保留，"
            "以便认出再来的人、撤销合并，并与红旗和考核对应。"
        ),
        fields=columns("members.Member", "name", "pinyin", "initials", "mobile", "position", "person"),
    ),
    Stay(
        label=_("账号和登录方式"),
        why=_("账号在用时一直要用；不再用的由系统管理员停用。账号被历史记录引用，不删除。"),
        fields=(
            *columns(
                "members.User",
                *("username", "password", "name", "email", "unconfirmed_email", "mobile", "person"),
            ),
            "account.EmailAddress.email",
            "mfa.Authenticator.data",
        ),
    ),
    Stay(
        label=_("查看联系方式的记录"),
        why=_(
            "谁、何时、为什么看了谁的信息，本人随时可查（个人信息保护法第四十四条、第四十五条、第五十一条）。"
        ),
        fields=columns("members.ContactReveal", "reason"),
    ),
    Stay(
        label=_("办理经过：每一步由谁在何时办理，写明的原因"),
        why=_("决定的依据，供当事人查询和申诉。"),
        fields=(
            "members.Registration.reason",
            "members.RosterChange.note",
            "members.RosterChange.before",
            "members.Elevation.reason",
            "members.ImportBatch.error",
            "members.ImportBatch.undo_reason",
            "members.Merge.reason",
            "members.OrganizationEvent.note",
            *(
                f"members.{name}Event.note"
                for name in (
                    "Exemption",
                    "Registration",
                    "RosterChange",
                    "Elevation",
                    "Import",
                    "Merge",
                    "MobileChange",
                    "Team",
                    "TeamRole",
                )
            ),
        ),
    ),
    Stay(
        label=_("服务队：名称、做什么、特长"),
        why=_("社区的服务组织，一起做过的服务以它为名；写明不得有姓名、电话，提交时检查。"),
        fields=columns("members.Team", "name", "purpose", "skills"),
    ),
    Stay(
        label=_("并入别的记录的那一条，和合并时移动了什么"),
        why=_("撤销合并要用：合错了人要能分开，两条各归各的人。"),
        fields=columns("members.Merge", "moved"),
    ),
)
