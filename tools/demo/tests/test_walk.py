"""Both years of the model city are walked: every page opens, and every link on it leads somewhere."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db.models import QuerySet
from django.test import Client, TestCase
from django.urls import resolve, reverse

from flags.models import AssessmentRun, FlagEntry
from members.models import Member, User
from reports.workbench import figures
from tasks.models import Claim, Task
from tools.demo.tests.test_demo import build_hamlet
from wishes.models import Wish
from xianfeng.lib.times import today
from xianfeng.testing.reckoning import reckon_by_hand

DESKS = ("city", "s1", "c01", "c01-audit", "c01e1")
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#]*)')
EACH = 2  # pages opened of one name with the same word in the query
NO_PAGE = {"admin", "accounts", "static", "media", "styleguide", "dev"}


def sort_of(path: str) -> tuple[str, ...]:
    """Pages of one sort differ only in the row they show or in what their list is narrowed to."""
    parts = urlsplit(path)
    return (resolve(parts.path).view_name, *sorted(parse_qs(parts.query)))


def links_of(html: str, page: str) -> Iterator[str]:
    """Inner links with one word in the query at most: two would be walked as many times over."""
    for found in LINK.findall(html):
        link = unescape(found)
        link = urlsplit(page).path + link if link.startswith("?") else link
        if link.startswith("/") and link.split("/")[1] not in NO_PAGE and "&" not in link:
            yield link


def pages_of(name: str, rows: QuerySet[Any]) -> list[str]:
    """The page of the first row, if the desk sees any."""
    return [reverse(name, args=[row.pk]) for row in rows[:1]]


def walk(client: Client, first: list[str]) -> Counter[tuple[str, ...]]:
    """Opens what is named and what leads on from there; every page must answer. Returns what was seen."""
    seen = Counter(sort_of(path) for path in first)
    known, waiting = set(first), deque((path, "") for path in first)
    while waiting:
        path, origin = waiting.popleft()
        answer = client.get(path, follow=True)
        assert answer.status_code == 200, f"{origin} leads to {path}: {answer.status_code}"
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        for link in links_of(answer.content.decode(), path):
            if link not in known and seen[sort_of(link)] < EACH:
                known.add(link)
                seen[sort_of(link)] += 1
                waiting.append((link, path))
    return seen


class TestBothYearsAreWalked(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        build_hamlet()
        cls.settled = AssessmentRun.objects.get(is_official=True)

    def client_of(self, user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def desk(self, username: str) -> User:
        return User.objects.get(username=username)

    def settled_pages(self, user: User) -> Iterator[str]:
        """The settled year's own pages, as far as this desk opens them and sees their rows."""
        year, desk = self.settled.year, user.desk
        assert desk
        if desk.can("assessments.see"):
            yield reverse("flags:policy", args=[year])
            yield reverse("flags:assessment", args=[self.settled.pk])
            for result in ("qualified", "unqualified", "exempt"):
                yield f"{reverse('flags:assessment', args=[self.settled.pk])}?result={result}"
                rows = self.settled.results.visible_to(user).filter(result=result)
                yield from pages_of("flags:result", rows)
        if desk.can("flags.see"):
            yield f"{reverse('flags:ledger')}?year={year}"
            yield from pages_of("flags:entry", FlagEntry.objects.visible_to(user).filter(year=year))
        yield from pages_of("members:detail", Member.objects.visible_to(user).filter(state="departed"))
        if desk.can("tasks.see"):
            tasks = Task.objects.visible_to(user).filter(starts_at__year=year)
            for state in ("settled", "cancelled"):
                yield from pages_of("tasks:detail", tasks.filter(state=state))
        if desk.can("wishes.see"):
            wishes = Wish.objects.visible_to(user).filter(created_at__year=year)
            yield from pages_of("wishes:detail", wishes.filter(state="fulfilled"))

    def test_every_page_of_each_desk(self) -> None:
        unit = self.settled.results.select_related("unit").first().unit  # type: ignore[union-attr]
        for username in (*DESKS, unit.code.lower()):
            user = self.desk(username)
            seen = walk(self.client_of(user), [reverse("reports:desk_home"), *self.settled_pages(user)])
            assert len(seen) > 20, (username, seen)

    def test_every_page_of_a_member_who_served_in_both_years(self) -> None:
        in_both = Member.objects.registered()
        for year in (self.settled.year, today().year):
            in_both = in_both.filter(pk__in=Claim.objects.filter(task__starts_at__year=year).values("member"))
        member = in_both.select_related("user").first()
        assert member and member.user
        old = member.claims.filter(task__starts_at__year=self.settled.year).first()
        assert old
        first = [
            reverse("reports:me"), f"{reverse('flags:my_flags')}?year={self.settled.year}",
            reverse("tasks:my_claim", args=[old.pk]), reverse("tasks:my_claims"), reverse("notices:inbox"),
        ]  # fmt: skip
        seen = walk(self.client_of(member.user), first)
        assert len(seen) > 12, seen

    def test_each_desk_reads_the_figures_of_both_years_that_are_reckoned_by_hand(self) -> None:
        past = reckon_by_hand(self.settled.year, self.settled.rules)
        now = reckon_by_hand(today().year, AssessmentRun.objects.get(is_official=False).rules)
        for username in DESKS:
            user = self.desk(username)
            own = set(Member.objects.visible_to(user).values_list("pk", flat=True))
            if user.desk and user.desk.can("assessments.see"):
                page = self.client_of(user).get(reverse("flags:assessment", args=[self.settled.pk]))
                assert page.context["counts"] == Counter(one.result for pk, one in past.items() if pk in own)
            reached = sum(one.result == "qualified" for pk, one in now.items() if pk in own)
            assert figures.progress(user).reached == reached

    def test_each_member_reads_the_settled_result(self) -> None:
        past = reckon_by_hand(self.settled.year, self.settled.rules)
        words = {"qualified": "：合格", "unqualified": "：不合格", "exempt": "：豁免"}
        for row in self.settled.results.exclude(member__user=None).select_related("member__user")[:40]:
            page = self.client_of(row.member.user).get(
                f"{reverse('flags:my_flags')}?year={self.settled.year}"
            )  # type: ignore[arg-type]
            one, text = past[row.member_id], page.content.decode()
            assert words[one.result] in text
            assert f"红旗：{one.flags}，要求 {one.required_flags}" in text
