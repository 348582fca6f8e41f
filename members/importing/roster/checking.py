"""One row of a roster: what it means, and everything that is wrong with it."""

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members import cleaning
from members.importing.plan import RowError
from members.models import Member, Organization
from xianfeng.lib.spreadsheet.reading import Cell

from .columns import COMMUNITY, ESTATE, INTENTIONS, LEADER, MOBILE, NAME, NOTE, POSITION, SKILLS, UNIT
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
    "mobile_belongs_to_other": _(
        "名册上这个手机号属于另一位同志。请核对姓名和号码；如换了号，请先更新原来的记录。"
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
    "text_too_long": _("内容超过 %(limit)s 个字。请缩短后再导入。"),
    "unit_out_of_scope": _(
        "不在您所在组织的范围内，您只能导入本组织的党员。请删除这一行，或交由市委组织部导入。"
    ),
    "member_out_of_scope": _("这位同志目前在别的组织的名册上。请联系市委组织部办理调动后再导入。"),
    "residence_missing": _("没有填居住社区，无法确定是否属于您的社区。请填写本社区名称。"),
}

# Finer messages under the contract's codes.
CODES = {
    "mobile_scientific": "mobile_invalid",
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

TEXTS: tuple[tuple[str, str, Callable[[Cell], str]], ...] = (
    (POSITION, "position", cleaning.clean_text),
    (SKILLS, "skills", cleaning.clean_list),
    (INTENTIONS, "intentions", cleaning.clean_list),
    (NOTE, "note", cleaning.clean_text),
)
VALUE_LIMIT = 80  # characters of a wrong value that a message repeats


def row_error(column: str, reason: str, cell: Cell, **detail: object) -> RowError:
    message = gettext(str(MESSAGES[reason])) % detail
    return RowError(column, CODES.get(reason, reason), cleaning.as_text(cell)[:VALUE_LIMIT], message)


def limit_of(field: str) -> int:
    column = Member._meta.get_field(field)
    return getattr(column, "max_length", None) or 0


class RowCheck:
    """Checks the rows of one file in order; remembers the mobiles it has seen."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.seen: dict[str, int] = {}
        self.limits = {
            field: limit_of(field) for field in ("name", "position", "skills", "intentions", "note")
        }
        self.errors: list[RowError] = []

    def check(self, row: int, cells: dict[str, Cell]) -> tuple[dict[str, Any], list[RowError]]:
        """The row as the roster would store it, and its errors (at most one a column)."""
        self.errors = []
        fields: dict[str, Any] = {
            "name": self.name(cells[NAME]),
            "mobile": self.mobile(cells[MOBILE], row),
            "unit_id": self.unit(cells[UNIT]),
        }
        if LEADER in cells:
            fields["is_leader"] = self.leader(cells[LEADER])
        fields |= self.residence(cells)
        for column, field, clean in TEXTS:
            if column in cells:
                fields[field] = self.text(column, field, clean, cells[column])
        return fields, self.errors

    def refuse(self, column: str, reason: str, cell: Cell, **detail: object) -> None:
        self.errors.append(row_error(column, reason, cell, **detail))

    def name(self, cell: Cell) -> str:
        name = cleaning.clean_name(cell)
        if name is None or len(name) > self.limits["name"]:
            self.refuse(NAME, "name_invalid", cell)
        elif not name:
            self.refuse(NAME, "name_missing", cell)
        return name or ""

    def mobile(self, cell: Cell, row: int) -> str:
        mobile = cleaning.clean_mobile(cell)
        if mobile is None:
            self.refuse(
                MOBILE, "mobile_scientific" if cleaning.is_scientific(cell) else "mobile_invalid", cell
            )
        elif not mobile:
            self.refuse(MOBILE, "mobile_missing", cell)
        elif mobile in self.seen:
            self.refuse(MOBILE, "mobile_duplicate_in_file", cell, row=self.seen[mobile])
        else:
            self.seen[mobile] = row
        return mobile or ""

    def leader(self, cell: Cell) -> bool:
        value = cleaning.clean_boolean(cell)
        if value is None:
            self.refuse(LEADER, "boolean_invalid", cell)
        return bool(value)

    def text(self, column: str, field: str, clean: Callable[[Cell], str], cell: Cell) -> str:
        text = clean(cell)
        if len(text) > self.limits[field]:
            self.refuse(column, "text_too_long", cell, limit=self.limits[field])
        return text

    def unit(self, cell: Cell) -> int | None:
        name = cleaning.clean_text(cell)
        if not name:
            self.refuse(UNIT, "unit_missing", cell)
            return None
        unit = self.one(UNIT, "unit", Kind.UNIT, cell)
        if unit and self.directory.line == "unit" and not self.directory.is_own(unit):
            self.refuse(UNIT, "unit_out_of_scope", cell)
        return unit.pk if unit else None

    def one(self, column: str, word: str, kind: Kind, cell: Cell) -> Place | None:
        """The one organisation a name means; otherwise an error that names the nearest."""
        name = cleaning.clean_text(cell)
        found = self.directory.find(kind, name)
        if len(found) == 1:
            return found[0]
        if found:
            self.refuse(column, f"{word}_ambiguous", cell, count=len(found))
        elif near := self.directory.nearest(kind, name):
            self.refuse(column, f"{word}_unknown_near", cell, near=near)
        else:
            self.refuse(column, f"{word}_unknown", cell)
        return None

    def residence(self, cells: dict[str, Cell]) -> dict[str, int | None]:
        """Community and estate; an estate alone implies its community."""
        if COMMUNITY not in cells and ESTATE not in cells and self.directory.line != "residence":
            return {}
        before = len(self.errors)
        home, estate = cells.get(COMMUNITY), cells.get(ESTATE)
        community = (
            self.one(COMMUNITY, "community", Kind.COMMUNITY, home) if cleaning.clean_text(home) else None
        )
        if len(self.errors) > before:  # without its community an estate cannot be judged
            return {}
        place = self.estate(estate, community) if cleaning.clean_text(estate) else None
        if place and not community:
            community = self.directory.community_of(place)
        if len(self.errors) == before:
            self.own_residence(cells, place or community)
        return {"community_id": community.pk if community else None, "estate_id": place.pk if place else None}

    def estate(self, cell: Cell, community: Place | None) -> Place | None:
        if community is None:
            return self.one(ESTATE, "estate", Kind.ESTATE, cell)
        found = self.directory.find_all(Kind.ESTATE, cleaning.clean_text(cell))
        inside = [place for place in found if self.directory.within(place, community)]
        if found and not inside:
            self.refuse(ESTATE, "estate_not_in_community", cell)
            return None
        return inside[0] if inside else self.one(ESTATE, "estate", Kind.ESTATE, cell)

    def own_residence(self, cells: dict[str, Cell], home: Place | None) -> None:
        if self.directory.line != "residence":
            return
        if home is None:
            self.refuse(COMMUNITY, "residence_missing", cells.get(COMMUNITY))
        elif not self.directory.is_own(home):
            self.refuse(COMMUNITY, "unit_out_of_scope", cells.get(COMMUNITY))

    def conflict(self, fields: dict[str, Any], member: dict[str, Any]) -> RowError | None:
        """Why the member who has the row's mobile cannot be the row's person."""
        if fields["name"] and member["name"] != fields["name"]:
            return row_error(MOBILE, "mobile_belongs_to_other", fields["mobile"])
        if not self.owns(member):
            return row_error(UNIT, "member_out_of_scope", fields["name"])
        return None

    def owns(self, member: dict[str, Any]) -> bool:
        """Whether the member stands on the importer's line of the roster now."""
        line = self.directory.line
        if line is None:
            return True
        pk = member["unit_id"] if line == "unit" else member["estate_id"] or member["community_id"]
        place = self.directory.by_id.get(pk)
        return place is not None and self.directory.is_own(place)
