"""The pages of the bank: who sees what, what they show, and what their buttons do."""

import datetime as dt

import pytest
from django.db.models import IntegerField
from django.urls import reverse

from flags import ledger
from flags.assessment import assessing, jobs
from flags.models import Assessment, AssessmentRun, FlagEntry, Policy
from flags.policy.forms import FIGURES, MOST, PolicyForm
from flags.policy.policies import policy_for
from members.models import Member, User
from members.people import exempting
from notices.models import Notice
from xianfeng.testing.ledger import Light

NOW = dt.datetime(2026, 11, 22, 2, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def november(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def visit(client):
    """The text of a page as somebody sees it."""

    def get(user, name: str, *args, query: str = "", status: int = 200, **headers) -> str:
        client.force_login(user)
        response = client.get(reverse(f"flags:{name}", args=args) + query, headers=headers)
        assert response.status_code == status
        return response.content.decode()

    return get


@pytest.fixture
def post(client):
    def send(user, name: str, *args, query: str = "", **data):
        client.force_login(user)
        return client.post(reverse(f"flags:{name}", args=args) + query, data)

    return send


# --- Ledger -------------------------------------------------------------------------------------


def test_a_unit_sees_its_own_peoples_lines_only(cast, light: Light, visit):
    light(cast.li, source_label="理发日")
    light(cast.wang, source_label="陪诊")
    text = visit(cast.unit_clerk, "ledger")
    assert "李建国" in text and "王秀英" not in text
    assert "王秀英" in visit(cast.other_unit_clerk, "ledger")


def test_a_community_sees_what_it_lit(cast, light: Light, visit):
    light(cast.zhao, organization=cast.other_community)
    assert "赵伟" not in visit(cast.secretary, "ledger")
    assert "赵伟" in visit(cast.street_officer, "ledger")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?year=2026", {"理发日", "陪诊"}),
        ("?year=2025", {"旧事"}),
        ("?category=wish", {"陪诊"}),
        ("?q=王秀英", {"陪诊"}),
        ("?source=理发", {"理发日"}),
        ("?kind=reversal", set()),
        ("?since=2026-06-01", {"陪诊"}),
        ("?sort=date&year=2026", {"理发日", "陪诊"}),
        ("?year=bad&sort=nonsense&page=x", {"理发日", "陪诊", "旧事"}),
    ],
)
def test_the_ledger_can_be_narrowed(cast, light: Light, visit, query: str, found: set[str]):
    light(cast.li, source_label="理发日")
    light(cast.wang, source_label="陪诊", category="wish", service_date=dt.date(2026, 7, 1))
    light(cast.li, source_label="旧事", service_date=dt.date(2025, 7, 1))
    text = visit(cast.city_officer, "ledger", query=query).split("<tbody>")[-1]
    assert {label for label in ("理发日", "陪诊", "旧事") if label in text} == found


def test_a_line_shows_its_neighbours_and_its_reversal(cast, light: Light, visit):
    entry = light(cast.li)
    ledger.reverse(entry, reason="查实未到场", by=cast.secretary)
    text = visit(cast.city_officer, "entry", entry.pk)
    assert entry.hash in text and "查实未到场" in text and "没有改动" in text
    assert "没有改动" in visit(cast.city_officer, "entry", entry.pk, HX_Request="true")
    visit(cast.other_unit_clerk, "entry", entry.pk, status=404)


@pytest.mark.parametrize("name", ["ledger", "behind", "assessment"])
def test_a_list_takes_the_same_queries_for_few_and_many_rows(
    cast, light: Light, client, name: str, django_assert_num_queries, django_assert_max_num_queries
):
    run = assessing.forecast(2026)
    light(cast.li)
    path = reverse(f"flags:{name}", args=[run.pk] if name == "assessment" else [])
    client.force_login(cast.city_officer)
    client.get(path)
    with django_assert_max_num_queries(15) as few:
        client.get(path)
    for member in (cast.li, cast.wang, cast.zhao) * 10:
        light(member)
    ledger.reverse(light(cast.li), reason="未到场", by=cast.secretary)
    with django_assert_num_queries(len(few)):
        client.get(path)


# --- Behind -------------------------------------------------------------------------------------


@pytest.fixture
def forecast(cast) -> AssessmentRun:
    return assessing.forecast(2026)


def test_a_secretary_sees_who_is_behind_in_the_community(cast, light: Light, visit, forecast):
    light(cast.li, flags=5)
    text = visit(cast.secretary, "behind")
    assert "王秀英" in text and "李建国" not in text and "赵伟" not in text
    assert "李建国" in visit(cast.secretary, "behind", query="?who=done")


def test_a_flag_lit_now_takes_its_member_off_the_list_at_once(cast, light: Light, visit, forecast):
    assert "王秀英" in visit(cast.secretary, "behind")
    light(cast.wang, flags=5)
    assert "王秀英" not in visit(cast.secretary, "behind")


def test_leave_takes_its_member_off_the_list_once_the_job_it_asks_for_is_done(
    cast, visit, forecast, django_capture_on_commit_callbacks, monkeypatch
):
    asked = []
    monkeypatch.setattr("xianfeng.lib.queue.hand_out", lambda job, *arguments: asked.append(job))
    assert "王秀英" in visit(cast.secretary, "behind")
    with django_capture_on_commit_callbacks(execute=True):
        whole_year = {"starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 12, 31)}
        leave = exempting.exempt(cast.wang, kind="sick", reason="住院", by=cast.secretary, **whole_year)
        exempting.confirm_exemption(leave, by=cast.other_unit_clerk)
    assert "flags.renew_forecast" in asked
    jobs.renew_forecast()
    assert "王秀英" not in visit(cast.secretary, "behind")


def test_before_the_years_first_forecast_nobody_is_said_to_keep_up(cast, visit):
    text = visit(cast.secretary, "behind")
    assert "正在折算" in text and "都跟上了" not in text
    jobs.renew_forecast()
    assert "王秀英" in visit(cast.secretary, "behind")


def test_an_opened_first_forecast_says_nothing_of_who_keeps_up(cast, visit):
    assessing.start(2026, official=False, by=None)
    text = visit(cast.secretary, "behind")
    assert "正在折算" in text and "都跟上了" not in text


def test_the_former_results_stand_while_they_are_made_anew(cast, visit, forecast):
    assessing.start(2026, official=False, by=None)
    text = visit(cast.secretary, "behind")
    assert "王秀英" in text and "重新折算" in text


def test_reminding_the_ticked_people_reaches_only_the_own_scope(cast, post):
    answer = post(cast.unit_clerk, "remind", pk=[cast.li.pk, cast.wang.pk])
    assert answer.status_code == 302
    assert [notice.recipient for notice in Notice.objects.all()] == [cast.li.user]


def test_reminding_all_means_the_filtered_list(cast, light: Light, post, forecast):
    light(cast.wang, flags=5)
    post(cast.city_officer, "remind", query=f"?unit={cast.unit.pk}", all="1")
    assert {notice.recipient for notice in Notice.objects.all()} == {cast.li.user, cast.zhao.user}


def test_a_tick_that_is_no_number_reminds_nobody(cast, post):
    for pk in ("²", "9" * 30, "x"):
        assert post(cast.city_officer, "remind", pk=pk).status_code == 302
    assert not Notice.objects.exists()


def test_reminding_nobody_says_so(cast, client, post):
    answer = post(cast.secretary, "remind")
    assert answer.status_code == 302 and not Notice.objects.exists()
    assert "请先勾选" in client.get(answer.url).content.decode()


def test_the_list_says_whom_a_reminder_reaches(cast, light: Light, visit, post, forecast):
    User.objects.filter(pk=cast.wang.user_id).update(email="")
    Member.objects.filter(pk=cast.zhao.pk).update(user=None)
    text = visit(cast.city_officer, "behind", query="?who=short")
    assert "提醒这 2 名同志" in text and "1 人没留邮箱" in text and "2 人没有账号、收不到" in text
    assert "?who=short&amp;account=no" in text
    text = visit(cast.city_officer, "behind", query="?who=short&account=no")
    assert "赵" in text and "提醒这" not in text


def test_what_a_reminder_did_is_said_by_group(cast, client, light: Light, post, forecast):
    Member.objects.filter(pk=cast.zhao.pk).update(user=None)
    light(cast.wang, flags=5)
    people = [cast.li.pk, cast.wang.pk, cast.zhao.pk]
    for told in ("已提醒 1 名同志。没有提醒：没有账号 1 人、已达标或豁免 1 人", "今天已提醒过 1 人"):
        answer = post(cast.city_officer, "remind", pk=people)
        assert told in client.get(answer.url).content.decode()
    assert "1 人今天已提醒过" in client.get(reverse("flags:behind"), {"who": "short"}).content.decode()


def test_an_auditor_looks_and_does_not_remind(cast, visit, post):
    assert "提醒所选" not in visit(cast.auditor, "behind")
    assert post(cast.auditor, "remind", pk=[cast.li.pk]).status_code == 403


# --- Assessments --------------------------------------------------------------------------------


@pytest.fixture
def run(cast, light: Light) -> AssessmentRun:
    light(cast.li, flags=5)
    return assessing.forecast(2026)


def test_each_desk_sees_the_results_of_its_own_people(cast, run, visit):
    text = visit(cast.unit_clerk, "assessment", run.pk)
    assert "李建国" in text and "赵伟" in text and "王秀英" not in text
    assert "李建国" not in visit(cast.unit_clerk, "assessment", run.pk, query="?result=unqualified")
    assert "2026" in visit(cast.unit_clerk, "assessments")


def test_a_result_is_explained_inside_the_scope(cast, run, visit):
    row = Assessment.objects.get(run=run, member=cast.li)
    assert "达到要求" in visit(cast.unit_clerk, "result", row.pk)
    visit(cast.other_unit_clerk, "result", row.pk, status=404)


def test_the_city_starts_a_forecast_and_a_worker_fills_it(
    cast, post, client, visit, django_capture_on_commit_callbacks, monkeypatch
):
    asked: list[int] = []
    monkeypatch.setattr("xianfeng.lib.queue.hand_out", lambda _job, pk: asked.append(pk))
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(cast.city_officer, "run", year="2026")
    run = AssessmentRun.objects.get()
    assert asked == [run.pk] and answer.url == reverse("flags:assessment", args=[run.pk])
    assert "正在逐人核算" in visit(cast.city_officer, "assessment", run.pk)
    assert reverse("flags:progress", args=[run.pk]) in visit(cast.city_officer, "progress", run.pk)
    assessing.compute(run)
    client.force_login(cast.city_officer)
    assert client.get(reverse("flags:progress", args=[run.pk])).headers["HX-Redirect"] == answer.url


@pytest.mark.parametrize("year", ["", "abc", "1999", "2027", "２０２６x"])
def test_a_year_out_of_range_is_refused(cast, post, year: str):
    assert post(cast.city_officer, "run", year=year).url == reverse("flags:assessments")
    assert not AssessmentRun.objects.exists()


def test_the_official_run_is_refused_before_the_years_end(cast, post, client):
    answer = post(cast.city_officer, "run", year="2026", official="1")
    assert "12 月 31 日之后" in client.get(answer.url).content.decode()
    assert not AssessmentRun.objects.exists()


def test_from_draft_to_settled_by_the_buttons(cast, light: Light, post, visit, monkeypatch):
    light(cast.li, flags=5)
    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime(2027, 1, 4, 2, tzinfo=dt.UTC))
    run = assessing.official(2026)
    assert "开始公示" in visit(cast.city_officer, "assessment", run.pk)
    post(cast.city_officer, "publicise", run.pk, typed="2026")
    text = visit(cast.city_officer, "assessment", run.pk)
    assert "已开始公示，到 2027年1月11日 周一 为止" in text
    assert "公示到 2027年1月11日 周一 为止，之后才能定案" in text
    assert reverse("flags:settle", args=[run.pk]) not in text
    post(cast.city_officer, "settle", run.pk)
    assert AssessmentRun.objects.get().state == "publicised"
    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime(2027, 1, 20, 2, tzinfo=dt.UTC))
    assert reverse("flags:settle", args=[run.pk]) in visit(cast.city_officer, "assessment", run.pk)
    post(cast.city_officer, "settle", run.pk)
    assert AssessmentRun.objects.get().state == "settled"


def test_the_city_corrects_a_settled_result(cast, run, post, visit):
    row = Assessment.objects.get(run=run, member=cast.li)
    visit(cast.city_officer, "adjust", row.pk, status=404)
    AssessmentRun.objects.filter(pk=run.pk).update(year=2025, is_official=True, state="settled")
    assert reverse("flags:adjust", args=[row.pk]) in visit(cast.city_officer, "result", row.pk)
    assert "2025 年度已定案" in visit(cast.city_officer, "adjust", row.pk)
    fields = {"flags": -2, "minutes": 0, "reason": "抽检不合格", "key": "adjust:1"}
    for _ in range(2):  # a double click makes one line
        assert post(cast.city_officer, "adjust", row.pk, **fields).url == reverse("flags:entry", args=[2])
    line = FlagEntry.objects.get(kind="adjustment")
    assert (line.delta, line.year, line.settled_year, line.member) == (-2, 2025, 2025, cast.li)
    assert (
        post(cast.city_officer, "adjust", row.pk, **fields | {"flags": 0, "key": "adjust:2"}).status_code
        == 200
    )
    # A key of another line's series would keep that line from ever being written.
    assert post(cast.city_officer, "adjust", row.pk, **fields | {"key": "verification:7"}).status_code == 200
    assert FlagEntry.objects.filter(kind="adjustment").count() == 1
    assert post(cast.secretary, "adjust", row.pk, **fields).status_code == 403


@pytest.mark.parametrize("name", ["publicise", "settle"])
def test_only_the_city_takes_a_step(cast, run, post, name: str):
    for user in (cast.secretary, cast.unit_clerk, cast.street_officer):
        assert post(user, name, run.pk).status_code == 403


# --- Policy -------------------------------------------------------------------------------------

# What the page would post unchanged, but for these.
POLICY = {field.name: field.value() for field in PolicyForm(instance=Policy(year=2026))} | {
    "min_flags": 6,
    "min_flags_leader": 8,
    "reminder_dates": "06-15、9-1",
    "reason": "部务会决定",
}


def test_every_figure_of_the_rules_is_on_the_page_and_bounded(cast, visit):
    figures = [field for field in Policy._meta.concrete_fields if field.name not in {"id", "year", "text"}]
    assert {field.name for field in figures} == set(FIGURES)
    sees, sets = visit(cast.unit_clerk, "policy", 2026), visit(cast.city_officer, "policy", 2026)
    for field in figures:
        assert f'name="{field.name}"' in sets
        assert str(field.verbose_name).partition("（")[0] in sees, field
    numbers = [field.name for field in figures if isinstance(field, IntegerField)]
    bounded = PolicyForm.base_fields
    assert [name for name in numbers if name not in MOST and bounded[name].max_value is None] == []


def test_the_city_sets_the_rules_of_a_year(cast, post):
    answer = post(cast.city_officer, "policy", 2026, **POLICY | {"reminder_dates": "09-01、06-15"})
    assert answer.status_code == 302
    policy = policy_for(2026)
    assert (policy.min_flags, policy.min_flags_leader) == (6, 8)
    assert policy.reminder_dates == ["06-15", "09-01"]


@pytest.mark.parametrize(
    "fields",
    [
        {"reminder_dates": "06-31"},
        {"reminder_dates": "六月"},
        {"reminder_dates": "02-29"},
        {"publicity_days": 4},
        {"min_flags": -1},
        {"suspend_days": 10**12},
        {"withdraw_hours": 721},
        {"bonus_minutes_excellent": 99999},
        {"places_per_week": -1},
        {"open_claims": "1.5"},
    ],
)
def test_a_rule_that_makes_no_sense_is_not_saved(cast, post, fields):
    assert (
        post(cast.city_officer, "policy", 2026, **POLICY | {"reminder_dates": ""} | fields).status_code == 200
    )
    assert policy_for(2026).min_flags == 5


def test_other_desks_read_the_rules(cast, visit, post):
    assert "最低红旗数" in visit(cast.unit_clerk, "policy", 2026)
    assert post(cast.unit_clerk, "policy", 2026, **POLICY).status_code == 403
    visit(cast.city_officer, "policy", 1999, status=404)


def test_the_rules_of_a_settled_year_stand(cast, run, post, visit):
    AssessmentRun.objects.filter(pk=run.pk).update(is_official=True, state="settled")
    answer = post(cast.city_officer, "policy", 2026, **POLICY | {"reminder_dates": "06-15"})
    assert answer.status_code == 200 and policy_for(2026).min_flags == 5
    assert "不能再改" in visit(cast.city_officer, "policy", 2026)


# --- Phone --------------------------------------------------------------------------------------


def test_a_member_sees_own_flags_and_what_is_missing(cast, light: Light, visit):
    light(cast.li, flags=2, source_label="理发日")
    ledger.reverse(light(cast.li, source_label="误记"), reason="记错人", by=cast.secretary)
    light(cast.wang, source_label="别人的")
    text = visit(cast.li.user, "my_flags")
    assert "还差 3 面红旗" in text and "理发日" in text and "记错人" in text and "别人的" not in text


def test_a_member_sees_the_official_result_once_it_is_public(cast, light: Light, visit, monkeypatch):
    light(cast.li, flags=5)
    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime(2027, 1, 4, 2, tzinfo=dt.UTC))
    run = assessing.official(2026)
    assert "为什么是这个结果" not in visit(cast.li.user, "my_flags", query="?year=2026")
    assessing.publicise(run, typed=str(run.year), by=cast.city_officer)
    text = visit(cast.li.user, "my_flags", query="?year=2026")
    assert "为什么是这个结果" in text and "合格" in text


def test_staff_without_a_roster_entry_have_no_flags_page(cast, visit):
    visit(cast.clerk, "my_flags", status=403)


# --- Admin --------------------------------------------------------------------------------------


def test_the_admin_names_the_figures_before_a_year_is_public(cast, light: Light, client, monkeypatch):
    light(cast.li, flags=5)
    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime(2027, 1, 4, 2, tzinfo=dt.UTC))
    run = assessing.official(2026)
    client.force_login(cast.city_officer)
    data = {"action": "publicise", "_selected_action": run.pk}
    page = client.post(reverse("admin:flags_assessmentrun_changelist"), data).content.decode()
    assert "2026 · 初评：合格 1 人，不合格 3 人，豁免 0 人" in page


@pytest.mark.parametrize("model", ["flagentry", "policy", "assessmentrun", "assessment"])
def test_the_admin_shows_the_same_and_changes_no_line(cast, run, client, model: str):
    client.force_login(cast.city_officer)
    path = reverse(f"admin:flags_{model}_changelist")
    assert client.get(path).status_code == 200
    may_start = model == "assessmentrun"
    assert client.get(reverse(f"admin:flags_{model}_add")).status_code == (200 if may_start else 403)
    client.force_login(cast.sysadmin)
    assert client.get(path).status_code == 403


def test_the_admin_takes_the_same_steps(cast, light: Light, client, monkeypatch):
    light(cast.li)
    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime(2027, 1, 4, 2, tzinfo=dt.UTC))
    run = assessing.official(2026)
    path = reverse("admin:flags_assessmentrun_changelist")
    client.force_login(cast.city_officer)
    client.post(path, {"action": "settle", "_selected_action": [run.pk]})
    assert AssessmentRun.objects.get().state == "draft"
    asked = {"action": "publicise", "_selected_action": [run.pk]}
    assert "输入要公示的年度" in client.post(path, asked).content.decode()
    client.post(path, asked | {"typed": "2025"})
    assert AssessmentRun.objects.get().state == "draft"
    client.post(path, asked | {"typed": "2026"})
    assert AssessmentRun.objects.get().state == "publicised"


def test_the_admin_keeps_the_rules_of_a_settled_year(cast, run, client):
    policy = Policy.objects.create(year=2026)
    path = reverse("admin:flags_policy_change", args=[policy.pk])
    client.force_login(cast.city_officer)
    data = POLICY | {"reminder_dates": "06-15"}
    AssessmentRun.objects.filter(pk=run.pk).update(is_official=True, state="settled")
    client.post(path, data)
    assert policy_for(2026).min_flags == 5
    AssessmentRun.objects.filter(pk=run.pk).update(is_official=False, state="forecast")
    client.post(path, data)
    assert policy_for(2026).min_flags == 6


def test_the_check_is_started_in_the_admin_by_the_city_only(
    cast, client, monkeypatch, django_capture_on_commit_callbacks
):
    asked: list[int] = []
    monkeypatch.setattr("xianfeng.lib.queue.hand_out", lambda _job, pk: asked.append(pk))
    url, data = reverse("admin:flags_assessmentrun_add"), {"year": str(NOW.year)}
    client.force_login(cast.secretary)
    assert client.post(url, data).status_code == 403
    client.force_login(cast.city_officer)
    refused = client.post(url, data | {"official": "on"})
    assert "还没有结束" in refused.content.decode() and not AssessmentRun.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, data).status_code == 302
    assert asked == [AssessmentRun.objects.get(is_official=False).pk]
