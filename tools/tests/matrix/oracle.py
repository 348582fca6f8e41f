"""Who may what, said once more and in another way than the access table of the tests.

From the words about roles (DOMAIN 3): one line is an errand, its addresses, who looks and who acts. What an
errand is about lies somewhere: outside one's branch it does not exist, but for those who stand above both.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

PEOPLE = frozenset({"city", "street", "community", "estate", "unit", "auditor", "member", "administrator"})
EVERYBODY = PEOPLE | {"nobody", "account"}
ACCOUNTS = EVERYBODY - {"nobody"}

CITY, UNIT, MEMBER = frozenset({"city"}), frozenset({"unit"}), frozenset({"member"})
ADMINISTRATOR = frozenset({"administrator"})
KEEPERS = CITY | ADMINISTRATOR  # of the tree and the accounts
# Those who watch a community's work, and those who do it.
PLACES = frozenset({"city", "street", "community", "estate", "auditor"})
HANDLERS = frozenset({"community", "estate"})
PUBLISHERS = HANDLERS | CITY
# Whoever is responsible for people: where they live, where they work, and the city.
CARERS = frozenset({"city", "community", "unit"})
DESKS = PLACES | UNIT
# An estate decides nothing about people, so it sees no applications and no results.
ABOUT_PEOPLE = DESKS - {"estate"}
STAFF = DESKS | ADMINISTRATOR
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Errand:
    """`about` is whose affair it is: "all", "place" (a branch), "own" (one account's) or "public"."""

    looks: frozenset[str]
    acts: frozenset[str]
    about: str
    addresses: tuple[str, ...]


ERRANDS = (
    # Residents and whoever registers have no account.
    Errand(EVERYBODY, EVERYBODY, "public", ("healthz", "livez", "operations:metrics")),
    Errand(NONE, EVERYBODY, "public", ("text_size",)),
    Errand(EVERYBODY, EVERYBODY, "public", ("wishes:ask*", "wishes:track*")),
    Errand(EVERYBODY, EVERYBODY, "public", ("members:join*", "members:lost_number*")),
    Errand(EVERYBODY, EVERYBODY, "public", ("members:code_again", "members:code_other_number")),
    # The link in a mail is proof enough; without one the page says that it is void.
    Errand(EVERYBODY, EVERYBODY, "public", ("members:confirm_email",)),
    # Codes are shown on a machine that has no gateway and whom no other reaches: to whoever sits there.
    Errand(EVERYBODY, NONE, "public", ("members:dev_messages",)),
    # One's own account, post, messages and files.
    Errand(ACCOUNTS, ACCOUNTS, "all", ("members:home", "notices:inbox", "notices:read_all")),
    Errand(ACCOUNTS, ACCOUNTS, "all", ("members:profile", "members:looked_up", "reports:me")),
    Errand(NONE, ACCOUNTS, "all", ("undo",)),
    # One's own address; a post's owner in a code session is not its master.
    Errand(PEOPLE, PEOPLE, "all", ("members:email",)),
    Errand(STAFF, STAFF, "all", ("members:own_record", "members:own_record_code")),
    Errand(NONE, frozenset({"secretary"}), "own", ("notices:read", "members:switch")),
    Errand(frozenset({"secretary"}), frozenset({"secretary"}), "own",
           ("reports:export", "reports:export_progress", "reports:export_file")),
    Errand(MEMBER, MEMBER, "all", ("members:profile_*", "members:my_number*")),
    Errand(NONE, MEMBER, "own", ("members:number_object", "members:withdraw_registration")),
    # A member's tasks and flags: whose audience they are in, and what they took.
    Errand(MEMBER, NONE, "all", ("tasks:browse", "tasks:my_claims", "tasks:my_calendar", "flags:my_flags")),
    Errand(MEMBER, MEMBER, "place", ("tasks:offer", "tasks:claim", "tasks:wait")),
    Errand(MEMBER, MEMBER, "place", ("tasks:my_series", "tasks:claim_series", "tasks:withdraw_series")),
    Errand(MEMBER, MEMBER, "place", ("tasks:muster_call", "tasks:muster_accept", "tasks:muster_decline")),
    Errand(MEMBER, NONE, "all", ("tasks:suited",)),
    Errand(NONE, MEMBER, "own", ("tasks:decline_invitation",)),
    Errand(MEMBER, MEMBER, "place", ("tasks:object", "tasks:take_back_object")),
    Errand(MEMBER, MEMBER, "own", ("tasks:my_claim", "tasks:withdraw", "tasks:open_brief")),
    Errand(MEMBER, NONE, "all", ("members:my_teams",)),
    Errand(MEMBER, MEMBER, "all", ("members:team_propose",)),
    Errand(MEMBER, MEMBER, "place", ("members:my_team", "members:team_edit", "tasks:team_claim")),
    Errand(MEMBER, NONE, "place", ("tasks:my_team_work",)),
    # Teams: what watches a community sees them, the community keeps them.
    Errand(PLACES - {"estate"}, NONE, "all", ("members:teams",)),
    Errand(frozenset({"community"}), frozenset({"community"}), "all", ("members:team_found",)),
    Errand(PLACES - {"estate"}, frozenset({"community"}), "place", ("members:team",)),
    Errand(PLACES - {"estate"}, NONE, "place", ("tasks:team_work",)),
    Errand(MEMBER, MEMBER, "own", ("tasks:leave_line", "tasks:accept", "tasks:decline")),
    # First screens and lists of a desk.
    Errand(NONE, DESKS, "all", ("members:keep_filters", "members:keep_columns")),
    Errand(DESKS, DESKS, "all", ("reports:desk_home", "reports:waiting", "reports:export*")),
    Errand(DESKS, NONE, "all", ("members:list", "reports:search", "members:reveals")),
    Errand(DESKS, NONE, "place", ("members:detail",)),
    Errand(NONE, CARERS, "place", ("members:reveal", "members:registration_reveal")),
    Errand(NONE, CARERS, "place", ("members:number_reveal", "members:exempt")),
    Errand(CARERS, NONE, "all", ("members:waiting_exemptions",)),
    Errand(NONE, CARERS, "place", ("members:*_exemption",)),
    # Registrations: the community decides, those responsible look on.
    Errand(ABOUT_PEOPLE, NONE, "all", ("members:registrations", "members:reconciliation")),
    Errand(NONE, frozenset({"community"}), "all", ("members:confirm_many",)),
    Errand(ABOUT_PEOPLE, frozenset({"community"}), "place", ("members:registration",)),
    # A number, two records of one person.
    Errand(ABOUT_PEOPLE, NONE, "all", ("members:numbers",)),
    Errand(ABOUT_PEOPLE, CARERS, "place", ("members:number",)),
    Errand(CARERS, CARERS, "place", ("members:number_correct", "members:merge*")),
    # The roster is the unit's, and the city's.
    Errand(DESKS, NONE, "all", ("members:roster_changes",)),
    Errand(DESKS, CITY | UNIT, "place", ("members:roster_change",)),
    Errand(CITY | UNIT, CITY | UNIT, "all", ("members:roster_join", "members:imports")),
    Errand(CITY | UNIT, CITY | UNIT, "all", ("members:import_new", "members:import_template")),
    Errand(CITY | UNIT, CITY | UNIT, "place", ("members:roster_*",)),
    # The batch of the table is the city's.
    Errand(CITY, CITY, "place", ("members:import", "members:import_*")),
    # The tree and its posts: city and administrators; the places look at their own part.
    Errand(PLACES - {"estate"}, NONE, "all", ("members:organizations",)),
    Errand(PLACES - {"estate"}, NONE, "place", ("members:organization",)),
    Errand(PLACES, NONE, "place", ("members:poster",)),
    Errand(NONE, frozenset({"city", "community"}), "place", ("members:organization_phone",)),
    Errand(CITY, CITY, "place", ("members:organization_*", "members:end_appointment")),
    Errand(CITY, CITY, "all", ("members:appointments",)),
    # An answer is about a pair; the table names none.
    Errand(CITY, NONE, "all", ("members:namesakes",)),
    Errand(KEEPERS, KEEPERS, "all", ("members:elevation",)),
    Errand(NONE, DESKS, "all", ("reports:guide",)),
    Errand(DESKS, NONE, "all", ("reports:desk_help",)),
    # Manuals: residents and members read theirs before they have an account.
    Errand(EVERYBODY, NONE, "public", ("reports:open_manual",)),
    Errand(STAFF, NONE, "all", ("reports:manual",)),
    # How long personal data stays is the city's to watch.
    Errand(CITY, NONE, "all", ("reports:retention",)),
    # How the machine is, is for who answers for it.
    Errand(ADMINISTRATOR, NONE, "all", ("operations:state",)),
    # Messages that did not arrive: whoever can tell the person in another way.
    Errand(CARERS | {"auditor"}, NONE, "all", ("notices:unreached",)),
    Errand(NONE, CARERS, "all", ("notices:handle",)),
    # The bank.
    Errand(DESKS, NONE, "all", ("flags:ledger", "flags:behind")),
    Errand(DESKS, NONE, "place", ("flags:entry",)),
    Errand(NONE, CARERS, "all", ("flags:remind",)),
    Errand(ABOUT_PEOPLE, NONE, "all", ("flags:assessments", "flags:assessment", "flags:progress")),
    Errand(ABOUT_PEOPLE, NONE, "place", ("flags:result",)),
    Errand(CITY, CITY, "all", ("flags:adjust",)),
    Errand(CITY, NONE, "all", ("flags:start",)),
    Errand(ABOUT_PEOPLE, CITY, "all", ("flags:policy", "flags:workdays")),
    Errand(NONE, CITY, "all", ("flags:*",)),
    # Wishes: the place handles them.
    Errand(PLACES, NONE, "all", ("wishes:list",)),
    Errand(HANDLERS, HANDLERS, "all", ("wishes:enter",)),
    Errand(PLACES, NONE, "place", ("wishes:detail",)),
    Errand(HANDLERS, HANDLERS, "place", ("wishes:*", "tasks:new_for_wish")),
    # Tasks: an estate published the table's; its community verifies; the city takes decisions back.
    # Whoever watches several communities or answers for one sees how places and people meet there; the city
    # alone sends people from one to another.
    Errand(PLACES - {"estate"}, NONE, "all", ("tasks:balance", "tasks:year_end", "reports:burden")),
    Errand(PLACES - {"estate"}, NONE, "place", ("reports:burden_of",)),
    Errand(NONE, CITY, "all", ("tasks:balance_make", "tasks:want_more")),
    Errand(CITY, CITY, "all", ("tasks:balance_row", "tasks:balance_drop")),
    Errand(PLACES, NONE, "all", ("tasks:list", "tasks:records", "tasks:items")),
    Errand(PLACES, NONE, "all", ("tasks:series_list", "tasks:calendar")),
    Errand(PUBLISHERS, PUBLISHERS, "all", ("tasks:new", "tasks:record", "tasks:series_new")),
    Errand(PLACES, NONE, "place", ("tasks:series", "tasks:poster")),
    Errand(NONE, frozenset({"estate"}), "place", ("tasks:series_prolong",)),
    Errand(frozenset({"estate"}), frozenset({"estate"}), "place", ("tasks:edit_following",)),
    Errand(PUBLISHERS, NONE, "all", ("tasks:fitting",)),
    Errand(CITY, CITY, "all", ("tasks:item", "tasks:item_new", "tasks:scope_rule", "tasks:scope_rule_new")),
    Errand(PLACES, NONE, "all", ("tasks:scope_rules", "tasks:scope_share")),
    Errand(NONE, PUBLISHERS, "all", ("tasks:warning",)),
    # A muster: who watches sees it, who called it runs it, who is on the spot calls the roll.
    Errand(PLACES, NONE, "all", ("tasks:musters",)),
    Errand(PUBLISHERS, PUBLISHERS, "all", ("tasks:muster_new",)),
    Errand(PLACES, NONE, "place", ("tasks:muster", "tasks:muster_live")),
    Errand(NONE, frozenset({"estate"}), "place",
           ("tasks:muster_change", "tasks:muster_off", "tasks:muster_stand_down")),
    Errand(HANDLERS, HANDLERS, "place", ("tasks:roll_call", "tasks:roll_call_mark")),
    # What the city asks for one of its tasks; each answers for itself.
    Errand(PLACES, NONE, "place", ("tasks:breakdown", "tasks:breakdown_live")),
    Errand(CITY, CITY, "all", ("tasks:set_targets",)),
    Errand(DESKS - {"estate"}, NONE, "all", ("tasks:targets",)),
    Errand(PLACES - {"estate"}, NONE, "place", ("tasks:target",)),
    Errand(frozenset({"community"}), frozenset({"community"}), "place", ("tasks:take_up",)),
    Errand(NONE, UNIT, "place", ("tasks:promise",)),
    Errand(NONE, frozenset({"community"}), "place", ("tasks:decline_target", "tasks:reopen_target")),
    Errand(NONE, CITY, "place", ("tasks:withdraw_target",)),
    # The city's word on what is volunteer service; its publisher may take the question back.
    Errand(CITY, NONE, "all", ("tasks:reviews",)),
    Errand(NONE, CITY, "place", ("tasks:approve", "tasks:send_back", "tasks:decide_scope")),
    Errand(NONE, frozenset({"estate"}), "place", ("tasks:take_back",)),
    Errand(frozenset({"city", "community"}), NONE, "all", ("tasks:to_verify",)),
    Errand(NONE, frozenset({"city", "community"}), "all", ("tasks:verify_many",)),
    Errand(PLACES, NONE, "place", ("tasks:detail",)),
    Errand(frozenset({"estate"}), frozenset({"estate"}), "place", ("tasks:edit", "tasks:publish")),
    Errand(frozenset({"community"}), frozenset({"community"}), "place", ("tasks:verify",)),
    Errand(NONE, frozenset({"city", "community"}), "place", ("tasks:reverse",)),
    Errand(HANDLERS, HANDLERS, "place", ("tasks:*",)),
    # The admin: the same rights on another face. Members and codes have no business at its door.
    Errand(STAFF, STAFF, "all", ("admin:login",)),
    Errand(ACCOUNTS, ACCOUNTS, "all", ("admin:logout",)),
    Errand(STAFF, STAFF, "all", ("admin:index", "admin:app_list", "admin:password_change*")),
    Errand(STAFF, NONE, "all", ("admin:jsi18n",)),
    Errand(PLACES - {"estate"} | ADMINISTRATOR, NONE, "all", ("admin:autocomplete",)),
    Errand(NONE, NONE, "all", ("admin:view_on_site", "admin:*_delete")),
)  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """A model in the admin: who sees its rows, adds one, changes one."""

    sees: frozenset[str]
    adds: frozenset[str] = NONE
    changes: frozenset[str] = NONE
    about: str = "place"


ADMIN = {
    "members_organization": Rows(PLACES - {"estate"} | ADMINISTRATOR, changes=KEEPERS),
    "members_appointment": Rows(PLACES - {"estate"} | ADMINISTRATOR, adds=KEEPERS),
    "members_user": Rows(KEEPERS, adds=ADMINISTRATOR, changes=ADMINISTRATOR),
    "members_elevation": Rows(KEEPERS, about="all"),
    "members_member": Rows(DESKS, changes=CITY),
    "members_registration": Rows(ABOUT_PEOPLE),
    "members_exemption": Rows(DESKS),
    "members_contactreveal": Rows(DESKS),
    "members_importbatch": Rows(CITY | UNIT, adds=CITY | UNIT),
    "notices_delivery": Rows(CARERS | {"auditor"}),
    "flags_flagentry": Rows(DESKS),
    "flags_policy": Rows(ABOUT_PEOPLE, changes=CITY, about="all"),
    "flags_dayrule": Rows(ABOUT_PEOPLE, adds=CITY, about="all"),
    "flags_assessmentrun": Rows(ABOUT_PEOPLE, adds=CITY, about="all"),
    "flags_assessment": Rows(ABOUT_PEOPLE),
    "wishes_wish": Rows(PLACES, adds=HANDLERS),
    "tasks_serviceitem": Rows(PLACES, adds=CITY, changes=CITY, about="all"),
    "tasks_scoperule": Rows(PLACES, adds=CITY, changes=CITY, about="all"),
    "tasks_task": Rows(PLACES, adds=PUBLISHERS, changes=frozenset({"estate"})),
    "tasks_claim": Rows(PLACES),
    "tasks_verification": Rows(PLACES),
}


def errand_of(name: str) -> Errand:
    """Raises KeyError for an address that no errand has."""
    model, _, page = name.removeprefix("admin:").rpartition("_")
    if name.startswith("admin:") and model in ADMIN and page != "delete":
        rows = ADMIN[model]
        acts = {"changelist": rows.sees, "add": rows.adds, "change": rows.changes, "history": rows.sees}[page]
        looks = rows.adds if page == "add" else rows.sees
        return Errand(looks, acts, "all" if page in ("changelist", "add") else rows.about, (name,))
    for errand in ERRANDS:
        if any(fnmatchcase(name, address) for address in errand.addresses):
            return errand
    raise KeyError(name)


def may(name: str, role: str, *, person: str, acts: bool, is_outside: bool) -> bool:
    """Whether this address answers; `person` tells accounts of one role apart where it is one's own."""
    errand = errand_of(name)
    chosen = errand.acts if acts else errand.looks
    if errand.about == "public" or errand.about == "all":
        return role in chosen
    if errand.about == "own":
        return not is_outside and (person in chosen or (role in chosen and person == role))
    return role in chosen and (not is_outside or role in KEEPERS)
