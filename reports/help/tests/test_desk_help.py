"""Every page of the desk says what it is for, where the manual tells more, and whom to ask."""

import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from members.kinds import OrganizationKind
from members.models import Organization, User
from reports.help import asking, manuals, rendering, texts
from reports.help.texts.entry import Help
from xianfeng.lib.rooms import ROOT
from xianfeng.testing.cast import Cast
from xianfeng.tests.tables.access import ACCESS
from xianfeng.tests.tables.access_members import SEE_PEOPLE
from xianfeng.tests.test_access import NAMES

# What the help and the manuals themselves get is said of everything; the badge is a part of each page.
OF_EVERYTHING = {"reports:desk_help", "reports:manual", "reports:waiting"}


def opens_at_a_desk(name: str) -> bool:
    answers = ACCESS[name].get or {}
    return answers.get("anonymous") != 200 and any(answers.get(role) == 200 for role in SEE_PEOPLE)


def page(client: Client, of: str) -> str:
    return client.get(reverse("reports:desk_help"), {"page": of}).content.decode()


def test_every_page_of_the_desk_has_a_text():
    pages = {name for name in ACCESS if opens_at_a_desk(name)}
    assert len(pages) > 60
    assert {name for name in pages if texts.about(name) is texts.GENERAL} == OF_EVERYTHING


def test_no_text_outlives_its_page():
    patterns = [pattern for text in texts.EVERY for pattern in text.pages]
    assert [one for one in patterns if not any(fnmatchcase(name, one) for name in NAMES)] == []


@pytest.mark.parametrize("text", [*texts.EVERY, texts.GENERAL], ids=lambda text: text.pages[0])
def test_a_text_is_short_and_its_places_in_the_manuals_exist(text: Help):
    assert len(str(text.what)) < 130 and 1 <= len(text.doings) <= 4
    for name, beginning in text.sections.items():
        assert rendering.page_of(manuals.BY_NAME[name]).section(beginning), (name, beginning)
    assert not text.topic or text.topic in manuals.BY_NAME


@cache
def interface() -> str:
    """What pages say, in one text: a button that is renamed leaves it."""
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("[fmnrtwx]*/**/*.py")]
    told = (path for path in files if not {"help", "tests"} & set(path.parts))
    return "".join(path.read_text() for path in told)


@pytest.mark.parametrize("text", [*texts.EVERY, texts.GENERAL], ids=lambda text: text.pages[0])
def test_what_a_text_quotes_stands_on_a_page(text: Help):
    quoted = re.findall("“([^”]+)”", "".join(map(str, (text.what, *text.doings))))
    missing = (one for one in quoted if one.replace("‘", "“").replace("’", "”") not in interface())
    assert list(missing) == []


@pytest.mark.parametrize("kind", [kind for kind in OrganizationKind if kind != OrganizationKind.PARTNER])
def test_every_kind_of_desk_has_a_manual(kind: OrganizationKind):
    assert manuals.of_desk(kind).is_of_a_role


def test_the_button_of_a_page_opens_its_text(cast: Cast, client: Client):
    client.force_login(cast.secretary)
    for name, title in (("tasks:list", "任务"), ("flags:behind", "红旗进度"), ("notices:inbox", "我的通知")):
        link = f"{reverse('reports:desk_help')}?page={name}"
        assert f'href="{link}"' in client.get(reverse(name)).content.decode()
        assert f"帮助：{title}" in client.get(link).content.decode()
    assert f"帮助：{texts.GENERAL.title}" in page(client, "nonsense")


def test_a_page_that_is_not_there_has_the_button_too(cast: Cast):
    client = Client(raise_request_exception=False)
    client.force_login(cast.secretary)
    answer = client.get("/desk/nowhere/")
    assert answer.status_code == 404 and reverse("reports:desk_help") in answer.content.decode()


def test_each_desk_is_led_to_its_own_manual(cast: Cast, client: Client):
    for user, name, section in (
        (cast.secretary, "community", "2-确认报到"),
        (cast.street_officer, "community", "2-确认报到"),
        (cast.city_officer, "city", ""),
    ):
        client.force_login(user)
        url = manuals.BY_NAME[name].url
        assert f'href="{url}{"#" if section else ""}{section}"' in page(client, "members:registrations")


def test_without_the_files_of_the_manuals_the_help_is_still_there(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(manuals, "DOCS", tmp_path)
    client.force_login(cast.secretary)
    assert "问谁" in page(client, "tasks:list")
    assert client.get(manuals.BY_NAME["community"].url).status_code == 404


# --- Whom to ask ----------------------------------------------------------------------------------


def asked(user: User) -> tuple[str, list[str]]:
    contact = asking.above(user.appointments.get())
    return str(contact.place or ""), contact.names


def test_a_desk_asks_the_level_above(cast: Cast):
    assert asked(cast.estate_clerk) == ("青锋社区", ["陈书记", "林社工"])  # the auditor acts on nothing
    assert asked(cast.secretary) == ("城东街道党工委", ["郑街道"])
    assert asked(cast.street_officer) == asked(cast.unit_clerk) == ("明州市委组织部", ["周市委", "吴同事"])
    assert asked(cast.city_officer) == ("", ["系统管理员"])


def test_where_nobody_acts_above_the_next_level_is_asked(cast: Cast):
    cast.street_officer.appointments.all().delete()
    assert asked(cast.secretary)[0] == "明州市委组织部"
    User.objects.filter(is_superuser=True).update(is_active=False)
    assert asked(cast.city_officer) == ("", [])


def test_the_office_s_number_is_dialled_and_nobody_s_own_is_shown(cast: Cast, client: Client):
    Organization.objects.filter(pk=cast.street.pk).update(phone="0575-87010000")
    User.objects.filter(pk=cast.street_officer.pk).update(mobile="13900000055")
    client.force_login(cast.secretary)
    shown = page(client, "tasks:list")
    assert 'href="tel:057587010000"' in shown and "郑街道" in shown
    assert "13900000055" not in shown and cast.street_officer.email not in shown
