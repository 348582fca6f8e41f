"""The admin keeps to the portal's scope and rights."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse

from members.accounts import keeping as accounts
from members.models import (
    Appointment,
    ContactReveal,
    Elevation,
    Exemption,
    Member,
    Organization,
    Registration,
    RosterChange,
    User,
)
from members.people import privacy
from members.people.exempting import exempt
from members.service_admin import ServiceAdmin
from members.tests.applicants import applied, stranger
from notices.models import Notice
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

MOVE = "members:roster_transfer"
MODELS = ("organization", "appointment", "user", "member", "registration", "exemption", "contactreveal")


def changelist(client: Client, model: str):
    return client.get(reverse(f"admin:members_{model}_changelist"))


def opened(client: Client) -> set[str]:
    return {model for model in MODELS if changelist(client, model).status_code == 200}


def test_each_role_opens_its_models(client: Client, cast: Cast):
    people = {"member", "registration", "exemption", "contactreveal"}
    expected = {
        "city_officer": set(MODELS),
        "street_officer": {"organization", "appointment"} | people,
        "secretary": {"organization", "appointment"} | people,
        "estate_clerk": people - {"registration"},
        "unit_clerk": people,
        "sysadmin": {"organization", "appointment", "user"},
    }
    for who, models in expected.items():
        client.force_login(getattr(cast, who))
        assert (who, opened(client)) == (who, models)


@pytest.mark.parametrize(
    ("who", "names"), [("city_officer", "李王赵孙"), ("secretary", "李王孙"), ("unit_clerk", "李赵孙")]
)
def test_lists_are_scoped_and_masked(client: Client, cast: Cast, who: str, names: str):
    client.force_login(getattr(cast, who))
    text = changelist(client, "member").content.decode()
    people = (cast.li, cast.wang, cast.zhao, cast.sun)
    assert "".join(member.name[0] for member in people if f">{member.name}</a>" in text) == names
    assert "138****0001" in text and "13800000001" not in text


@pytest.mark.parametrize("lookup", ["mobile__startswith=1380", "mobile=13800000001", "user__mobile__gt=1"])
def test_no_address_line_undoes_the_masks(client: Client, cast: Cast, lookup: str):
    client.force_login(cast.secretary)
    page = reverse("admin:members_member_changelist")
    assert client.get(f"{page}?{lookup}").status_code == 400
    assert client.get(f"{page}?state__exact=registered").status_code == 200


@pytest.mark.parametrize("who", ["city_officer", "sysadmin"])
def test_an_accounts_mobile_is_masked_and_not_to_be_changed(client: Client, cast: Cast, who: str):
    assert cast.li.user
    Appointment.objects.create(user=cast.li.user, organization=cast.estate, role="clerk")
    client.force_login(getattr(cast, who))
    page = reverse("admin:members_user_change", args=[cast.li.user.pk])
    text = client.get(page).content.decode()
    assert "138****0001" in text
    assert 'name="mobile"' not in text
    assert "13800000001" not in text.replace(cast.li.user.username, "").replace(cast.li.user.email, "")
    client.post(page, {"username": "li", "name": "李建国", "mobile": "13900000099", "is_active": "on"})
    assert User.objects.get(pk=cast.li.user.pk).mobile == "13800000001"


def test_a_unit_does_not_read_the_estate_of_its_people(client: Client, cast: Cast):
    registration = applied(cast)
    Registration.objects.filter(pk=registration.pk).update(estate=cast.estate)
    pages = [
        reverse("admin:members_member_change", args=[cast.li.pk]),
        reverse("admin:members_registration_change", args=[registration.pk]),
    ]
    for who, shown in (("unit_clerk", False), ("secretary", True)):
        client.force_login(getattr(cast, who))
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200
            assert (cast.estate.name in answer.content.decode()) is shown


def test_what_lies_outside_cannot_be_opened(client: Client, cast: Cast):
    client.force_login(cast.secretary)
    inside = reverse("admin:members_member_change", args=[cast.li.pk])
    outside = reverse("admin:members_member_change", args=[cast.zhao.pk])
    assert client.get(inside).status_code == 200
    assert client.get(outside).status_code == 404
    assert client.post(inside, {"name": "新名"}).status_code == 403


def test_a_former_clerk_does_not_enter(client: Client, cast: Cast):
    client.force_login(cast.clerk)
    assert client.get(reverse("admin:index")).status_code == 200
    cast.clerk.appointments.update(ends_on="2020-12-31")
    assert client.get(reverse("admin:index")).status_code == 302


def test_there_is_no_second_log_in_that_counts_no_guesses(client: Client, cast: Cast):
    """Whoever is logged in without a desk got Django's own form."""
    client.force_login(cast.clerk)
    cast.clerk.appointments.update(ends_on="2020-12-31")
    guess = {"username": "city", "password": "a guess"}
    for answer in (client.get(reverse("admin:login")), client.post(reverse("admin:login"), guess)):
        assert answer.status_code == 403
    stranger = Client()
    for answer in (stranger.get(reverse("admin:login")), stranger.post(reverse("admin:login"), guess)):
        assert answer.url == f"{reverse('account_login')}?next={reverse('admin:index')}"


def test_a_password_is_changed_on_one_page_that_tells_its_owner(client: Client, cast: Cast):
    client.force_login(cast.clerk)
    for method in (client.get, client.post):
        assert method(reverse("admin:password_change")).url == reverse("account_change_password")


def test_members_do_not_enter(client: Client, cast: Cast):
    client.force_login(cast.li.user)
    assert client.get(reverse("admin:index")).status_code == 302


def test_the_city_corrects_the_roster_and_the_pinyin_follows(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    url = reverse("admin:members_member_change", args=[cast.li.pk])
    form = {"name": "曾建国", "unit": cast.other_unit.pk, "state": "departed"}
    assert client.post(url, form).status_code == 302
    member = Member.objects.get(pk=cast.li.pk)
    assert (member.name, member.pinyin) == ("曾建国", "zengjianguo")
    assert (member.state, member.unit) == (Member.State.REGISTERED, cast.unit)  # read-only here


def test_another_unit_is_recorded_with_its_day_at_the_desk(client: Client, cast: Cast):
    """Written here it had no day, and flags of before the move were the new unit's."""
    page, move = (reverse(name, args=[cast.li.pk]) for name in ("admin:members_member_change", MOVE))
    for user, is_offered in ((cast.city_officer, True), (cast.secretary, False)):
        client.force_login(user)
        assert (f'href="{move}"' in client.get(page).content.decode()) is is_offered
    client.force_login(cast.city_officer)
    client.post(move, {"to_unit": cast.other_unit.pk, "day": str(today())})
    change = RosterChange.objects.get()
    assert (change.from_unit, change.to_unit, change.state) == (cast.unit, cast.other_unit, "done")


@pytest.mark.parametrize("who", ["city_officer", "street_officer", "secretary", "estate_clerk", "unit_clerk"])
def test_no_page_of_a_row_leads_where_its_reader_may_not_go(client: Client, cast: Cast, who: str):
    registration = applied(cast)
    exempt(cast.li, kind="sick", starts_on=today(), ends_on=today(), reason="住院", by=cast.city_officer)
    privacy.reveal(cast.li, "mobile", reason="打电话核实", by=cast.unit_clerk)
    client.force_login(getattr(cast, who))
    rows = (cast.li, registration, *Exemption.objects.all(), *ContactReveal.objects.all())
    pages = [reverse(f"admin:members_{row._meta.model_name}_change", args=[row.pk]) for row in rows]
    shown = {page: answer for page in pages if (answer := client.get(page)).status_code == 200}
    assert len(shown) >= len(pages) - 1
    for page, answer in shown.items():
        main = answer.content.decode().partition('<div id="content-main">')[2]
        for link in set(re.findall(r'href="(/admin/[^"?]+/change/)"', main)):
            assert (page, link, client.get(link).status_code) == (page, link, 200)
    assert cast.unit.name in shown[pages[0]].content.decode()


def test_nobody_corrects_their_own_entry(client: Client, cast: Cast):
    """Rank and dates set what the year asks: an officer who is a member must not write their own."""
    Member.objects.filter(pk=cast.li.pk).update(user=cast.city_officer)
    client.force_login(cast.city_officer)
    form = {"name": "李建国", "unit": cast.unit.pk, "joined_on": "2026-12-01"}
    assert client.post(reverse("admin:members_member_change", args=[cast.li.pk]), form).status_code == 403
    client.force_login(cast.city_colleague)
    assert client.post(reverse("admin:members_member_change", args=[cast.li.pk]), form).status_code == 302
    assert str(Member.objects.get(pk=cast.li.pk).joined_on) == "2026-12-01"


def test_dates_the_wrong_way_round_are_refused(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    Member.objects.filter(pk=cast.li.pk).update(departed_on="2026-03-01")
    form = {"name": "李建国", "unit": cast.unit.pk, "joined_on": "2026-06-01"}
    answer = client.post(reverse("admin:members_member_change", args=[cast.li.pk]), form)
    assert "入册日期不能晚于离开日期" in answer.content.decode()
    assert Member.objects.get(pk=cast.li.pk).joined_on is None


def test_actions_confirm_through_the_service(client: Client, cast: Cast):
    good, bad = stranger(cast), applied(cast, name="孙小丽")
    client.force_login(cast.secretary)
    data = {"action": "confirm", "_selected_action": [good.pk, bad.pk]}
    text = client.post(reverse("admin:members_registration_changelist"), data, follow=True).content.decode()
    assert "已办理 1 项" in text and "孙小丽 → 青锋社区：" in text
    states = set(Registration.objects.values_list("name", "state"))
    assert states == {("周新", "confirmed"), ("孙小丽", "submitted")}


@pytest.mark.parametrize("who", ["city_officer", "unit_clerk", "auditor"])
def test_who_may_not_decide_has_no_action(client: Client, cast: Cast, who: str):
    registration = stranger(cast)
    client.force_login(getattr(cast, who))
    data = {"action": "confirm", "_selected_action": [registration.pk]}
    client.post(reverse("admin:members_registration_changelist"), data)
    registration.refresh_from_db()
    assert registration.state == "submitted"


def named(user: User) -> dict[str, str]:
    return {"username": user.username, "name": user.name, "email": user.email}


def test_an_administrator_asks_for_a_post_but_not_for_their_own(client: Client, cast: Cast):
    client.force_login(cast.sysadmin)
    url = reverse("admin:members_appointment_add")
    form = {"organization": cast.estate.pk, "role": "clerk", "starts_on": "2026-01-01"}
    assert client.post(url, form | named(cast.sysadmin)).status_code == 200
    assert not Appointment.objects.filter(user=cast.sysadmin).exists()
    assert client.post(url, form | named(cast.clerk)).status_code == 302
    assert Elevation.objects.get(user=cast.clerk, organization=cast.estate).asked_by == cast.sysadmin


def test_an_administrator_makes_an_account_and_its_owner_the_password(client: Client, cast: Cast):
    client.force_login(cast.sysadmin)
    form = {"username": "helper", "name": "新管理员", "email": "h@example.test", "is_active": "on"}
    typed = {"password1": "long enough 4711", "password2": "long enough 4711", "usable_password": "true"}
    assert client.post(reverse("admin:members_user_add"), form | typed).status_code == 302
    user = User.objects.get(username="helper")
    assert not user.has_usable_password() and not user.is_superuser
    act = {"action": "send_password_link", "_selected_action": [user.pk]}
    client.post(reverse("admin:members_user_changelist"), act)
    assert [message.to for message in mail.outbox] == [["h@example.test"]]


def test_no_page_of_the_admin_types_a_password_for_somebody_else(client: Client, cast: Cast):
    client.force_login(cast.sysadmin)
    page_of_django = f"/admin/members/user/{cast.clerk.pk}/password/"
    assert client.get(page_of_django, follow=True).status_code == 404
    page = client.get(reverse("admin:members_user_change", args=[cast.clerk.pk])).content.decode()
    assert 'type="password"' not in page and "散列" not in page and "algorithm" not in page


@pytest.mark.parametrize("who", ["clerk", "city_officer"])
def test_the_address_of_an_account_in_use_is_its_owner_s(client: Client, cast: Cast, who: str):
    """The link that sets the password goes there: whoever writes it could take the account over."""
    owner = getattr(cast, who)
    if who == "clerk":
        owner.set_password("long enough 4711")
        owner.save()
    client.force_login(cast.sysadmin)
    form = {"username": owner.username, "name": owner.name, "email": "thief@example.test", "is_active": "on"}
    page = client.post(reverse("admin:members_user_change", args=[owner.pk]), form)
    assert "邮箱只能由本人修改" in page.content.decode()
    assert User.objects.get(pk=owner.pk).email == owner.email


def test_a_slip_in_the_address_of_a_new_account_is_corrected(client: Client, cast: Cast):
    user = accounts.add(username="new", name="新社工", email="worng@example.test", by=cast.sysadmin)
    client.force_login(cast.sysadmin)
    form = {"username": "new", "name": "新社工", "email": "right@example.test", "is_active": "on"}
    page = reverse("admin:members_user_change", args=[user.pk])
    assert "worng@example.test" in client.get(page).content.decode()
    client.post(page, form)
    user.refresh_from_db()
    assert (user.email, user.unconfirmed_email) == ("", "right@example.test")


def test_renaming_goes_through_the_service(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    url = reverse("admin:members_organization_change", args=[cast.unit.pk])
    assert client.post(url, {"name": "市教育体育局"}).status_code == 302
    assert Organization.objects.get(pk=cast.unit.pk).name == "市教育体育局"
    assert cast.unit.events.get().kind == "renamed"


def test_nothing_is_ever_deleted(client: Client, cast: Cast):
    for who in ("city_officer", "sysadmin"):
        client.force_login(getattr(cast, who))
        for model in ("organization", "member", "user"):
            target = {"organization": cast.unit, "member": cast.li, "user": cast.clerk}[model]
            url = reverse(f"admin:members_{model}_delete", args=[target.pk])
            assert client.post(url, {"post": "yes"}).status_code in (302, 403)
            assert type(target).objects.filter(pk=target.pk).exists()


def test_every_page_of_the_admin_opens_for_the_city(client: Client, cast: Cast):
    stranger(cast)
    client.force_login(cast.city_officer)
    for model, options in admin.site._registry.items():
        if model._meta.app_label != "members" or model._meta.model_name not in MODELS:
            continue
        for row in options.get_queryset(client.get(reverse("admin:index")).wsgi_request)[:1]:
            url = reverse(f"admin:members_{model._meta.model_name}_change", args=[row.pk])
            assert client.get(url).status_code == 200


def test_only_the_portals_own_pages_are_offered():
    foreign = [model for model, page in admin.site._registry.items() if not isinstance(page, ServiceAdmin)]
    assert foreign == []
    assert User in admin.site._registry


@pytest.mark.parametrize("who", ["city_officer", "sysadmin"])
def test_every_list_has_an_order(cast: Cast, rf: RequestFactory, who: str):
    """Pages of an unordered list, as the choices of a foreign key are, repeat some rows and lack others."""
    request = rf.get("/")
    request.user = getattr(cast, who)
    pages = admin.site._registry.items()
    assert [model for model, page in pages if not page.get_queryset(request).ordered] == []


def lost_device(user: User) -> None:
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})


def switch_off(client: Client, *users: User):
    data = {"action": "switch_off_second_factor", "_selected_action": [user.pk for user in users]}
    return client.post(reverse("admin:members_user_changelist"), data)


def test_a_lost_second_factor_is_switched_off_and_its_owner_told(client: Client, cast: Cast):
    lost_device(cast.secretary)
    lost_device(cast.unit_clerk)
    client.force_login(cast.sysadmin)
    assert switch_off(client, cast.secretary, cast.city_officer).status_code == 302
    assert list(Authenticator.objects.values_list("user", flat=True)) == [cast.unit_clerk.pk]
    assert list(Notice.objects.values_list("recipient", "kind")) == [(cast.secretary.pk, "account")]


def test_nobody_else_switches_a_second_factor_off(client: Client, cast: Cast):
    for user in (cast.secretary, cast.sysadmin):
        lost_device(user)
    client.force_login(cast.city_officer)
    switch_off(client, cast.secretary)
    client.force_login(cast.sysadmin)
    assert switch_off(client, cast.sysadmin).status_code == 403
    assert Authenticator.objects.count() == 2


@pytest.mark.parametrize(
    ("model", "export"),
    [("members_member", "members"), ("flags_flagentry", "ledger"), ("members_exemption", "")],
)
def test_a_list_that_reports_can_carry_leads_to_its_export(
    client: Client, cast: Cast, model: str, export: str
):
    client.force_login(cast.city_officer)
    page = client.get(reverse(f"admin:{model}_changelist")).content.decode()
    link = reverse("reports:export_new", args=[export or "members"])
    assert (f'href="{link}"' in page) == bool(export)
    if export:
        assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    ("model", "export", "asked", "carried", "words"),
    [
        (
            "members_member",
            "members",
            {"state__exact": "registered", "is_leader__exact": "1", "q": "li", "o": "1"},
            "q=li&is_leader=true&state=registered",
            ["状态：已报到", "领导干部：是", "查找：li"],
        ),
        (
            "flags_flagentry",
            "ledger",
            {"category__exact": "wish", "year": "2026"},
            "year=2026&category=wish",
            ["类别：微心愿", "年度：2026"],
        ),
    ],
)
def test_the_export_of_a_list_is_narrowed_as_the_list_is(
    client: Client, cast: Cast, model: str, export: str, asked: dict[str, str], carried: str, words: list[str]
):
    client.force_login(cast.city_officer)
    listed = client.get(reverse(f"admin:{model}_changelist"), asked)
    assert listed.context["export_query"] == carried
    link = reverse("reports:export_new", args=[export]) + f"?{carried}"
    assert f'href="{link}"'.replace("&", "&amp;") in listed.content.decode()
    assert sorted(client.get(link).context["words"]) == sorted(words)


@pytest.mark.parametrize("chosen", ["\ud7ff", "²", "x", "9" * 30])
def test_a_choice_that_is_no_id_comes_back_as_an_error(client: Client, cast: Cast, chosen: str):
    client.force_login(cast.city_officer)
    answer = client.post(reverse("admin:members_appointment_add"), {"organization": chosen, "starts_on": "x"})
    assert answer.status_code == 200
    assert {"username", "organization", "starts_on"} <= set(answer.context["errors"])


def test_a_button_that_is_none_saves_like_the_main_one(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    page = reverse("admin:members_organization_change", args=[cast.community.pk])
    answer = client.post(page, {"name": "青锋新社区", "step": "-1"}, follow=True)
    assert "“青锋新社区”已保存。" in answer.content.decode()


def test_what_may_be_chosen_lies_in_the_own_branch(cast: Cast):
    page, request = admin.site._registry[Appointment], RequestFactory().get("/")
    request.user = cast.secretary
    field = page.formfield_for_foreignkey(Appointment._meta.get_field("organization"), request)
    assert field and {*field.queryset} == {cast.community, cast.estate, cast.second_estate}
