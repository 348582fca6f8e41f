"""One row of a roster: what it means, and everything that is wrong with it."""

import datetime as dt
from collections.abc import Iterable, Set
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members import cleaning
from members.importing.column import Column, Content
from members.importing.plan import (
    CHANGED,
    HIDE,
    LEAVE_OUT,
    NEAREST,
    Ask,
    Cleaned,
    Decisions,
    Plan,
    RowError,
    RowPlan,
)  # fmt: skip
from members.importing.plan import NAME as NAMED
from members.leaving.rules import is_entry_day
from members.models import ImportBatch, ImportRow, Member, Organization, User
from xianfeng.lib.refusal import NotPossible
from xianfeng.lib.spreadsheet.reading import Cell

from .columns import ANSWERS, COLUMN, COMMUNITY, DAYS, ENTRY, ESTATE, LEADER, MOBILE, NAME, TEXTS, UNIT
from .directory import Directory, Place

Kind = Organization.Kind

# What is wrong and what to do. The codes are part of the import's contract.
MESSAGES: dict[str, Promise] = {
    "name_missing": _("没有填姓名。请填上姓名。"),
    "name_invalid": _("姓名里有不该出现的字符，或长度不对。请核对后只填姓名。"),
    "mobile_missing": _("没有填手机号。请填上本人的 11 位手机号。"),
    "mobile_invalid": _("不是有效的手机号。请填 11 位手机号，例如 13800000000。"),
    "mobile_scientific": _("科学计数法丢失了后几位数字。请把这一列设为“文本”格式，重新填写完整的手机号。"),
    "mobile_duplicate_in_file": _("与第 %(row)s 行的手机号相同，以前面的一行为准。请改正号码或删除这一行。"),
    "mobile_duplicate_in_sheet": _(
        "与工作表“%(sheet)s”第 %(row)s 行的手机号相同，以那一行为准。请改正号码或删除这一行。"
    ),
    "person_twice_in_file": _(
        "与工作表“%(sheet)s”第 %(row)s 行是同一位同志，以那一行为准。"
        "请删除这一行；确是另一位同名同志的，选“是另一人”。"
    ),
    "mobile_belongs_to_other": _(
        "名册上这个手机号属于另一位同志。请核对姓名和号码；如换了号，请先更新原来的记录。"
    ),
    "mobile_maybe_changed": _("名册上同单位有同名同志，手机号 %(old)s。请决定是同一人换了号，还是另一人。"),
    "mobile_maybe_changed_of_several": _(
        "名册上同单位有几位同名同志（%(old)s）。换号的请先在党员页更正手机号；是另一人的请选新增。"
    ),
    "unit_missing": _("没有填单位。请填写组织目录里的单位名称。"),
    "unit_unknown": _("组织目录里没有这个单位。请按目录填写全称，或请市委组织部先添加。"),
    "unit_unknown_near": _("组织目录里没有这个单位，您要填的是不是“%(near)s”？请按目录填写全称。"),
    "unit_ambiguous": _("有 %(count)s 个同名单位，无法确定是哪一个。请联系市委组织部区分名称。"),
    "community_unknown": _("组织目录里没有这个社区。请按目录填写全称，或留空由本人报到时选择。"),
    "community_unknown_near": _("组织目录里没有这个社区，您要填的是不是“%(near)s”？请按目录填写全称。"),
    "community_ambiguous": _("有 %(count)s 个同名社区，无法确定是哪一个。请联系市委组织部区分名称。"),
    "estate_unknown": _("组织目录里没有这个小区。请按目录填写全称，或留空由本人报到时选择。"),
    "estate_unknown_near": _("组织目录里没有这个小区，您要填的是不是“%(near)s”？请按目录填写全称。"),
    "estate_ambiguous": _("有 %(count)s 个同名小区，无法确定是哪一个。请同时填写居住社区。"),
    "estate_not_in_community": _("这个小区不在所填的社区里。请核对社区和小区。"),
    "boolean_invalid": _("看不懂这个填法。请填“是”或“否”。"),
    "day_invalid": _("看不懂这个日期。请写成 2026-03-05、2026/3/5、2026.3.5、2026年3月5日 或 20260305。"),
    "day_out_of_range": _("这个日期不在合理的范围内。请核对年份。"),
    "day_after_leaving": _("入册日期晚于已登记的离开日期（%(departed)s）。请核对，或先撤销离开登记。"),
    "id_number_in_text": _(
        "这里写有身份证号，平台不保存，退回的表里也已去掉。请核对其余内容后重新导入这一行。"
    ),
    "text_too_long": _("内容超过 %(limit)s 个字。请缩短后再导入。"),
    "unit_out_of_scope": _(
        "不在您所在组织的范围内，您只能导入本组织的党员。请删除这一行，或交由市委组织部导入。"
    ),
    "member_out_of_scope": _("这位同志目前在别的组织的名册上。请联系市委组织部办理调动后再导入。"),
    "own_record": _("这一行是您本人：入册日期、职务级别、手机号由同事办理。"),
    "residence_missing": _("没有填居住社区，无法确定是否属于您的社区。请填写本社区名称。"),
}

# Finer messages under the contract's codes.
CODES = {
    "mobile_maybe_changed_of_several": "mobile_maybe_changed",
    "mobile_scientific": "mobile_invalid",
    "mobile_duplicate_in_sheet": "mobile_duplicate_in_file",
    "person_twice_in_file": "mobile_duplicate_in_file",
    "unit_unknown_near": "unit_unknown",
    "unit_ambiguous": "unit_unknown",
    "community_unknown_near": "community_unknown",
    "community_ambiguous": "community_unknown",
    "estate_unknown_near": "estate_unknown",
    "estate_ambiguous": "estate_unknown",
    "unit_out_of_scope": "out_of_scope",
    "member_out_of_scope": "out_of_scope",
    "residence_missing": "out_of_scope",
}

TIDIED = {NAME: cleaning.tidy_name, MOBILE: cleaning.tidy_mobile}
# What stands for an ID number where the column cannot do without a value: refused, and not stored.
STAND_IN = "［身份证号］"
VALUE_LIMIT = 80  # characters of a wrong value that a message repeats
CELL_LIMIT = 32_767  # characters a spreadsheet's cell holds


def row_error(header: str, reason: str, cell: Cell, *, ask: Ask | None = None, **detail: object) -> RowError:
    message = gettext(str(MESSAGES[reason])) % detail
    value = cleaning.as_text(cell)[:VALUE_LIMIT]
    return RowError(header, CODES.get(reason, reason), value, message, ask)


def hide_id_numbers(values: dict[str, str], cells: dict[str, Cell]) -> list[str]:
    """Take every ID number out of a row before anything keeps it (个人信息保护法 第六条: least data).

    Returns the text columns that held one; the others refuse what stands in for the number.
    """
    texts = []
    for header in [header for header, text in values.items() if len(text) >= cleaning.ID_SHORTEST]:
        is_text = COLUMN[header].content is Content.TEXT
        text = cleaning.in_full(cells[header])
        rest = cleaning.without_id_numbers(text, "" if is_text else STAND_IN)
        if rest != text:
            values[header] = cells[header] = rest
            texts += [header] if is_text else []
    return texts


def subject_of(header: str, name: str) -> str:
    """One question for all ways to write a name."""
    return f"{header}={cleaning.organization_key(name)[:VALUE_LIMIT]}"


def limit_of(field: str) -> int:
    """How many characters the model has room for."""
    return getattr(Member._meta.get_field(field), "max_length", None) or CELL_LIMIT


class RowCheck:
    """Checks the rows of one file in order; remembers the mobiles it has seen."""

    def __init__(self, directory: Directory, decisions: Decisions, own: Set[int] = frozenset()) -> None:
        self.directory, self.decisions, self.own = directory, decisions, own
        self.entry_day = decisions.entry_day
        self.ask_unit: Ask | None = None  # the question that a blank unit of this row is
        self.cleaned: list[Cleaned] = []
        self.seen: dict[str, tuple[str, int]] = {}
        self.sheet = ""
        self.leaves_out = False  # whether ID numbers in texts are left out
        self.is_combined = False  # whether the unit's column holds the position as well
        self.limits = {column.header: limit_of(column.field) for column in (COLUMN[NAME], *TEXTS)}
        self.cells: dict[str, Cell] = {}
        self.errors: list[RowError] = []

    def check(self, row: int, cells: dict[str, Cell]) -> tuple[dict[str, Any], list[RowError]]:
        """The row as the roster would store it, and its errors (at most one a column)."""
        self.cells, self.errors, self.cleaned = cells, [], []
        read = {header: COLUMN[header].clean(cell) for header, cell in cells.items()}
        behind = self.split_unit(read) if self.is_combined else ""
        fields: dict[str, Any] = {
            "name": self.name(read[NAME]),
            "mobile": self.mobile(read[MOBILE], row),
            "unit_id": self.unit(read[UNIT]),
        }
        fields |= {column.field: self.answer(column, read) for column in ANSWERS if column.header in read}
        fields |= self.residence(read)
        fields |= {column.field: self.text(column, read) for column in TEXTS if column.header in read}
        fields |= {column.field: day for column in DAYS if (day := self.day(column, read))}
        if behind and not fields.get("position"):
            fields["position"] = behind
        return fields, self.errors

    def split_unit(self, read: dict[str, Any]) -> str:
        """Leave the unit in its column where it is known, and return the position behind it."""
        text: str = read[UNIT]
        name, behind = self.directory.split(Kind.UNIT, text)
        if behind:
            read[UNIT] = name
            self.cleaned.append(Cleaned(UNIT, text[:VALUE_LIMIT], f"{name} {behind}"))
        return behind

    def refuse(self, header: str, reason: str, *, ask: Ask | None = None, **detail: object) -> None:
        self.errors.append(row_error(header, reason, self.cells.get(header), ask=ask, **detail))

    def start(self, sheet: str, *, is_combined: bool) -> None:
        self.sheet, self.is_combined = sheet, is_combined
        self.leaves_out = self.decisions.of(HIDE, sheet) == LEAVE_OUT

    def hidden(self, headers: Iterable[str]) -> None:
        """Texts that held an ID number: refused, unless somebody agreed to leave the number out."""
        for header in headers:
            if self.leaves_out:
                taken = cleaning.clean_text(self.cells[header])
                self.cleaned.append(Cleaned(header, STAND_IN, taken[:VALUE_LIMIT]))
            else:
                ask = Ask(HIDE, self.sheet, {"sheet": self.sheet})
                self.errors.append(row_error(header, "id_number_in_text", STAND_IN, ask=ask))

    def tidied(self, header: str) -> str | None:
        """What is meant in a cell that holds more than it should; None if nothing is."""
        cell = self.cells[header]
        found = TIDIED[header](cell)
        if found:
            self.cleaned.append(Cleaned(header, cleaning.as_text(cell)[:VALUE_LIMIT], found))
        return found

    def name(self, name: str | None) -> str:
        name = self.tidied(NAME) if name is None else name
        if name is None or len(name) > self.limits[NAME]:
            self.refuse(NAME, "name_invalid")
        elif not name:
            self.refuse(NAME, "name_missing")
        return name or ""

    def mobile(self, mobile: str | None, row: int) -> str:
        mobile = self.tidied(MOBILE) if mobile is None else mobile
        if mobile is None:
            scientific = cleaning.is_scientific(self.cells[MOBILE])
            self.refuse(MOBILE, "mobile_scientific" if scientific else "mobile_invalid")
        elif not mobile:
            self.refuse(MOBILE, "mobile_missing")
        elif mobile in self.seen:
            self.repeated(*self.seen[mobile])
        else:
            self.seen[mobile] = self.sheet, row
        return mobile or ""

    def repeated(self, sheet: str, row: int) -> None:
        if sheet == self.sheet:
            self.refuse(MOBILE, "mobile_duplicate_in_file", row=row)
        else:
            self.refuse(MOBILE, "mobile_duplicate_in_sheet", sheet=sheet, row=row)

    def answer(self, column: Column, read: dict[str, Any]) -> bool:
        value = read[column.header]
        if value is None:
            self.refuse(column.header, "boolean_invalid")
        return bool(value)

    def day(self, column: Column, read: dict[str, Any]) -> dt.date | None:
        """A blank cell says nothing. What is no plain day is shown with what it counts as."""
        cell, day = self.cells.get(column.header), read.get(column.header)
        written = cleaning.clean_text(cell)
        if not written:
            return None
        if day is None:
            self.refuse(column.header, "day_invalid")
        elif not is_entry_day(day):
            self.refuse(column.header, "day_out_of_range")
        elif written != day.isoformat():
            self.cleaned.append(Cleaned(column.header, written[:VALUE_LIMIT], day.isoformat()))
        return day

    def text(self, column: Column, read: dict[str, Any]) -> str:
        text: str = read[column.header]
        if len(text) > self.limits[column.header]:
            self.refuse(column.header, "text_too_long", limit=self.limits[column.header])
        return text

    def unit(self, name: str) -> int | None:
        if not name:
            self.refuse(UNIT, "unit_missing", ask=self.ask_unit)
            return None
        unit = self.one(UNIT, Kind.UNIT, name)
        if unit and self.directory.line == "unit" and not self.directory.is_own(unit):
            self.refuse(UNIT, "unit_out_of_scope")
        return unit.pk if unit else None

    def one(self, header: str, kind: Kind, name: str) -> Place | None:
        """The one organisation a name means; otherwise an error that names the nearest."""
        found = self.directory.find(kind, name) or self.meant(header, kind, name)
        if len(found) == 1:
            return found[0]
        if found:
            self.refuse(header, f"{kind.value}_ambiguous", count=len(found))
        elif near := self.directory.nearest(kind, name):
            asked = Ask(NAMED, subject_of(header, name), {"column": header, "value": name, "near": near})
            self.refuse(header, f"{kind.value}_unknown_near", near=near, ask=asked)
        else:
            self.refuse(header, f"{kind.value}_unknown")
        return None

    def meant(self, header: str, kind: Kind, name: str) -> list[Place]:
        """What somebody decided that an unknown name stands for."""
        answer = self.decisions.of(NAMED, subject_of(header, name))
        if answer is None:
            return []
        meant = self.directory.nearest(kind, name) if answer == NEAREST else str(answer)
        found = self.directory.find(kind, meant)
        if found:
            self.cleaned.append(Cleaned(header, name[:VALUE_LIMIT], meant))
        return found

    def residence(self, read: dict[str, Any]) -> dict[str, int | None]:
        """Community and estate; an estate alone implies its community."""
        if COMMUNITY not in read and ESTATE not in read and self.directory.line != "residence":
            return {}
        before = len(self.errors)
        home, estate = read.get(COMMUNITY), read.get(ESTATE)
        community = self.one(COMMUNITY, Kind.COMMUNITY, home) if home else None
        if len(self.errors) > before:  # without its community an estate cannot be judged
            return {}
        place = self.estate(estate, community) if estate else None
        if place and not community:
            community = self.directory.community_of(place)
        if len(self.errors) == before:
            self.own_residence(place or community)
        return {"community_id": community.pk if community else None, "estate_id": place.pk if place else None}

    def estate(self, name: str, community: Place | None) -> Place | None:
        if community is None:
            return self.one(ESTATE, Kind.ESTATE, name)
        found = self.directory.find_all(Kind.ESTATE, name)
        inside = [place for place in found if self.directory.within(place, community)]
        if found and not inside:
            self.refuse(ESTATE, "estate_not_in_community")
            return None
        return inside[0] if inside else self.one(ESTATE, Kind.ESTATE, name)

    def own_residence(self, home: Place | None) -> None:
        if self.directory.line != "residence":
            return
        if home is None:
            self.refuse(COMMUNITY, "residence_missing")
        elif not self.directory.is_own(home):
            self.refuse(COMMUNITY, "unit_out_of_scope")

    def conflict(self, fields: dict[str, Any], member: dict[str, Any]) -> RowError | None:
        """Why the member who has the row's mobile cannot be the row's person."""
        if fields["name"] and member["name"] != fields["name"]:
            return row_error(MOBILE, "mobile_belongs_to_other", fields["mobile"])
        if not self.owns(member):
            return row_error(UNIT, "member_out_of_scope", fields["name"])
        return self.too_late(fields.get("joined_on"), member)

    def too_late(self, joined: dt.date | None, member: dict[str, Any]) -> RowError | None:
        """Nobody enters after the last day they have on the roster, unless they come back."""
        departed = member["departed_on"]
        stays = member["state"] != Member.State.DEPARTED
        if joined and departed and stays and joined > departed and self.sets_dates:
            return row_error(ENTRY, "day_after_leaving", joined, departed=departed)
        return None

    @property
    def sets_dates(self) -> bool:
        """Since when somebody is on the roster decides what the year asks of them: the city corrects it."""
        return self.directory.line is None

    def owns(self, member: dict[str, Any]) -> bool:
        """Whether the member stands on the importer's line of the roster now."""
        line = self.directory.line
        if line is None:
            return True
        pk = member["unit_id"] if line == "unit" else member["estate_id"] or member["community_id"]
        place = self.directory.by_id.get(pk)
        return place is not None and self.directory.is_own(place)


# --- One's own row ------------------------------------------------------------------------------
# Nobody sets by a file what the year asks of themself, as nobody corrects it (DOMAIN 3).

# What a colleague writes, by the column that says it: dates and rank set what is asked, the number logs in.
COLLEAGUES = {"joined_on": ENTRY, "is_leader": LEADER, "mobile": MOBILE}


def entries_of(batch: ImportBatch) -> frozenset[int]:
    """Entries of whoever uploaded the file, or wrote over its cells and answered what it asked; one query."""
    answered = batch.events.filter(to_state=ImportBatch.State.UPLOADED, by__isnull=False).values("by")
    return entries(
        User.objects.filter(Q(pk=batch.uploaded_by_id) | Q(pk__in=answered)).values_list("pk", flat=True)
    )


def entries(accounts: Iterable[int]) -> frozenset[int]:
    """As `User.is_same_person` says of each: of these accounts, and of what bears the mark of one."""
    marks = User.objects.filter(pk__in=accounts, person__isnull=False).values("person")
    same = User.objects.filter(Q(pk__in=accounts) | Q(person__in=marks)).values("pk")
    found = Member.objects.filter(Q(user__in=same) | Q(person__in=marks))
    return frozenset(found.values_list("pk", flat=True))


def refuse_own(row: RowPlan, own: Set[int]) -> None:
    """What is a colleague's to write makes the row an error; all else about oneself goes through."""
    if row.errors or row.existing not in own:
        return
    if header := next((COLLEAGUES[field] for field in COLLEAGUES if field in row.changes), ""):
        row.existing, row.changes = None, {}
        row.errors.append(row_error(header, "own_record", row.values.get(header, "")))


def check_own(plan: Plan, batch: ImportBatch) -> None:
    """Somebody may have become known as the uploader since the plan was made. Raises NotPossible."""
    own = entries_of(batch)
    if any(row.existing in own and row.changes.keys() & COLLEAGUES.keys() for row in plan.of(CHANGED)):
        raise NotPossible(gettext("其中一行是上传人本人。"), "not_oneself")


def check_undo_of_own(batch: ImportBatch, by: User) -> None:
    """Taking a batch back writes what stood there before. Raises NotPossible."""
    own = entries([by.pk])
    rows = batch.rows.filter(outcome=ImportRow.Outcome.CHANGED, member__in=own)
    changed = any(row.changes.keys() & COLLEAGUES.keys() for row in rows)
    if changed or Member.objects.filter(pk__in=own, batch=batch).exists():
        raise NotPossible(gettext("这一批里有您本人的入册、职务级别或手机号，请由同事撤销。"), "not_oneself")
