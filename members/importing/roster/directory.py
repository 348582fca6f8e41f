"""The organisation tree as an import looks things up in it: by name, within the importer's own."""

import difflib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from members.cleaning import organization_key
from members.models import Organization

Kind = Organization.Kind
LONGEST_NAME = 80
ENDINGS = "局委办厅"  # of bodies that were merged or renamed; 发改局 is 发改委 today
SUGGESTION_LIMIT = 200  # distinct unknown names that are worth a search for the nearest


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation, as far as an import needs it."""

    pk: int
    kind: str
    name: str
    path: str


def closest(name: str, known: Collection[str]) -> str:
    """The one name that this is short for, as 发改局 is for 市发展和改革委员会; else the most alike."""
    core = name.rstrip(ENDINGS) or name
    longer = [full for full in known if len(core) > 1 and is_short_for(core, full)]
    alike = difflib.get_close_matches(name, longer if len(longer) > 1 else known, n=1, cutoff=0.5)
    return longer[0] if len(longer) == 1 else alike[0] if alike else ""


def is_short_for(core: str, full: str) -> bool:
    """Whether all its characters stand in the full name, in this order."""
    rest = iter(full)
    return all(character in rest for character in core)


class Directory:
    """Organisations by kind and name; one query. Names find only active ones."""

    def __init__(self, scope: Organization | None) -> None:
        self.scope = scope if scope is not None and scope.kind != Kind.CITY else None
        self.by_id: dict[int, Place] = {}
        self.by_name: dict[tuple[str, str], list[Place]] = defaultdict(list)
        self.suggestions: dict[tuple[str, str], str] = {}
        rows = Organization.objects.exclude(path=None).order_by("path")
        for pk, kind, name, path, is_active in rows.values_list("pk", "kind", "name", "path", "is_active"):
            place = self.by_id[pk] = Place(pk, kind, name, str(path))
            if is_active:
                self.by_name[place.kind, organization_key(place.name)].append(place)

    def find(self, kind: Kind, name: str) -> list[Place]:
        """Organisations of that name; of several, the importer's own are meant."""
        found = self.find_all(kind, name)
        own = [place for place in found if self.is_own(place)] if len(found) > 1 else []
        return own or found

    def find_all(self, kind: Kind, name: str) -> list[Place]:
        return self.by_name.get((kind, organization_key(name)), [])

    def is_own(self, place: Place) -> bool:
        return self.scope is None or place.path.startswith(str(self.scope.path))

    def within(self, place: Place, above: Place) -> bool:
        return place.path.startswith(above.path)

    def community_of(self, estate: Place) -> Place | None:
        """The nearest community above an estate."""
        above = (self.by_id.get(int(pk)) for pk in reversed(estate.path.strip("/").split("/")[:-1]))
        return next((place for place in above if place and place.kind == Kind.COMMUNITY), None)

    def split(self, kind: Kind, text: str) -> tuple[str, str]:
        """The longest known name that a text begins with, and what follows it."""
        for end in range(min(len(text), LONGEST_NAME), 2, -1):
            if self.find_all(kind, text[:end]):
                return text[:end], text[end:].strip(" 、,，")
        return text, ""

    def nearest(self, kind: Kind, name: str) -> str:
        """The name that was probably meant, or empty."""
        key = (kind, organization_key(name))
        if (
            len(name) <= LONGEST_NAME
            and key not in self.suggestions
            and len(self.suggestions) < SUGGESTION_LIMIT
        ):
            known = {known: places[0].name for (of, known), places in self.by_name.items() if of == kind}
            self.suggestions[key] = known.get(closest(key[1], known), "")
        return self.suggestions.get(key, "")

    @property
    def line(self) -> str | None:
        """Which line of a person the importer owns: unit (条) or residence (块); None means both."""
        if self.scope is None:
            return None
        return "unit" if self.scope.kind == Kind.UNIT else "residence"
