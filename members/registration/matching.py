"""Comparing an application with the roster (信息精准比对)."""

from dataclasses import dataclass, field

from members.models import Member, Organization
from members.people.privacy import mask_mobile, mask_name


@dataclass
class Match:
    """The roster entry of the applicant, if any, and what differs: [field, roster, applicant]."""

    member: Member | None = None
    differences: list[list[str]] = field(default_factory=list)


def match(*, name: str, mobile: str, unit: Organization, community: Organization | None = None) -> Match:
    """Mobile and name together make the person; a mobile alone never takes over an entry.

    Where only the mobile agrees, the application is "not on roster" and the other name is given masked.
    """
    entry = entry_of(mobile)
    if entry is None:
        return Match(None, differing_mobiles(name, mobile, unit))
    if entry.name != name:
        return Match(None, [["name", mask_name(entry.name), name]])
    return Match(entry, differences(entry, mobile, unit, community))


def entry_of(mobile: str) -> Member | None:
    """The entry with this mobile; of a record that was merged, the one that stands for it."""
    entry = Member.objects.select_related("unit", "community").filter(mobile=mobile).first()
    return entry and entry.kept_record


def differences(
    entry: Member, mobile: str, unit: Organization, community: Organization | None
) -> list[list[str]]:
    found = []
    if entry.mobile != mobile:
        found.append(["mobile", mask_mobile(entry.mobile), mask_mobile(mobile)])
    if entry.unit_id != unit.pk:
        found.append(["unit", entry.unit.name, unit.name])
    if community and entry.community and entry.community_id != community.pk:
        found.append(["community", entry.community.name, community.name])
    if entry.state == Member.State.DEPARTED:
        found.append(["state", entry.get_state_display(), ""])
    return found


def namesakes(name: str, unit: Organization) -> list[Member]:
    """Entries of the same name in the same unit, of people who left as well: perhaps an old mobile."""
    people = Member.objects.exclude(state=Member.State.MERGED)
    return list(people.filter(name=name, unit=unit).order_by("pk")[:5])


def differing_mobiles(name: str, mobile: str, unit: Organization) -> list[list[str]]:
    return [["mobile", mask_mobile(entry.mobile), mask_mobile(mobile)] for entry in namesakes(name, unit)]
