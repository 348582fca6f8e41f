"""The flows: people register, state wishes, log in, change numbers; a roster is imported."""

import io
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ClassVar

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from members.importing import jobs
from members.models import ImportBatch, Registration
from members.registration import registering
from notices.outbox import delivering
from wishes.handling import handling
from wishes.models import Wish
from xianfeng.testing.cast import Cast

WEIGHTS, CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"


class Gateway:
    """Takes every text and keeps it out of logs and cache, as a real one does."""

    sent: ClassVar[list[tuple[str, str]]] = []

    def send(self, mobile: str, text: str) -> None:
        self.sent.append((mobile, text))


@dataclass
class Canaries:
    """What was planted, by kind."""

    mobiles: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    id_numbers: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    def mobile(self) -> str:
        self.mobiles.append(f"1985{next(self.numbers):03}4071")
        return self.mobiles[-1]

    def address(self) -> str:
        self.addresses.append(f"金丝雀巷{next(self.numbers)}弄甲门")
        return self.addresses[-1]

    def id_number(self) -> str:
        start = f"11010519{50 + next(self.numbers) % 40}1231071"
        self.id_numbers.append(start + CHECKS[sum(map(int.__mul__, map(int, start), WEIGHTS)) % 11])
        return self.id_numbers[-1]

    def code(self) -> str:
        """The newest one-time code."""
        found = re.search(r"\d{6}", Gateway.sent[-1][1])
        assert found
        self.codes.append(found[0])
        return found[0]

    @property
    def all(self) -> list[str]:
        return [*self.mobiles, *self.addresses, *self.id_numbers, *self.codes]

    def pattern(self, *, but: Collection[str] = ()) -> re.Pattern[str]:
        """Any of them; a code is six digits by themselves, not a part of a moment or of a hash."""
        whole = [
            re.escape(one) for one in (*self.mobiles, *self.addresses, *self.id_numbers) if one not in but
        ]
        codes = "|".join(self.codes)
        return re.compile(rf"{'|'.join(whole)}|(?<![0-9A-Za-z.])(?:{codes})(?![0-9A-Za-z])")


def plant(cast: Cast) -> Canaries:
    planted = Canaries()
    for number in range(6):
        register(planted, cast, f"甲{'一二三四五六'[number]}")
        wish(planted, cast)
    import_roster(planted, cast)
    for member in (cast.li, cast.wang):
        change_number(planted, member.mobile)
    for number in range(2):
        lose_number(planted, cast, f"乙{'一二'[number]}", planted.mobiles[-20 - number])
    decide(cast)
    delivering.deliver_due()
    return planted


def register(planted: Canaries, cast: Cast, name: str) -> None:
    client = Client()

    def at(page: str) -> str:
        return reverse(f"members:{page}", args=[cast.community.public_code])

    client.post(at("join"), {"name": name, "mobile": planted.mobile(), "unit": cast.unit.pk})
    client.post(at("join_code"), {"code": planted.code()})
    client.post(at("join_home"), {"estate": cast.estate.pk, "address": planted.address()})
    client.post(at("join_service"), {"skills": ["理发"]})
    client.post(at("join_promise"), {"promise": "on"})
    assert Registration.objects.filter(name=name).exists()


def wish(planted: Canaries, cast: Cast) -> None:
    place = reverse("wishes:ask_contact", args=[cast.estate.public_code])
    contact = {
        "contact_name": "金奶奶",
        "contact_mobile": planted.mobile(),
        "contact_address": planted.address(),
    }
    asked = {"need": "想请人上门理发", "consent": "on", "key": f"key-{len(planted.all)}"}
    assert Client().post(place, {**asked, **contact, "detail": f"住在{planted.address()}"}).status_code == 302


def import_roster(planted: Canaries, cast: Cast) -> None:
    """One batch goes in, one is left lying after its preview; ID numbers stand in two columns."""
    for is_confirmed in (True, False):
        rows = [
            (f"丙{'一二三四五六'[at]}", planted.mobile(), cast.unit.name, planted.id_number())
            for at in range(6)
        ]
        file = SimpleUploadedFile(f"{rows[0][1]}.xlsx", workbook(rows))
        client = Client()
        client.force_login(cast.city_officer)
        client.post(reverse("members:import_new"), {"kind": "roster", "file": file})
        batch = ImportBatch.objects.latest("pk")
        jobs.check_import(batch.pk)
        if is_confirmed:
            client.post(reverse("members:import_confirm", args=[batch.pk]))
            jobs.write_import(batch.pk)
            batch.refresh_from_db()
            assert batch.is_confirmed


def workbook(rows: list[tuple[str, str, str, str]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("名册")
        for at, row in enumerate([("姓名", "手机号", "单位", "身份证号"), *rows]):
            sheet.write_row(at, 0, row)
    return buffer.getvalue()


def change_number(planted: Canaries, mobile: str) -> None:
    """Log in by code, then prove another number."""
    client = Client()
    client.post(reverse("account_request_login_code"), {"phone": mobile})
    client.post(reverse("account_confirm_login_code"), {"code": planted.code()})
    client.post(reverse("members:my_number"), {"mobile": planted.mobile()})
    answer = client.post(reverse("members:my_number_code"), {"code": planted.code()})
    assert answer.url == reverse("members:profile")


def lose_number(planted: Canaries, cast: Cast, name: str, old: str) -> None:
    client = Client()
    asked = {"name": name, "unit": cast.unit.pk, "old": old, "mobile": planted.mobile()}
    client.post(reverse("members:lost_number"), asked)
    answer = client.post(reverse("members:lost_number_code"), {"code": planted.code()})
    assert answer.url == reverse("members:lost_number_done")


def decide(cast: Cast) -> None:
    """Some are taken in, some returned, some left waiting; so with the wishes."""
    waiting = list(Registration.objects.open().order_by("pk"))
    for registration in waiting[:3]:
        registering.confirm(registration, by=cast.secretary)
    registering.return_(waiting[3], reason="请补填单位", by=cast.secretary)
    wishes = list(Wish.objects.order_by("pk"))
    handling.accept(wishes[0], by=cast.estate_clerk)
    handling.decline(wishes[1], reason="属于物业维修", responsible="物业", by=cast.estate_clerk)
