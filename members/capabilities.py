"""Who may do what: one table of capabilities, read by menus, buttons, views and the admin.

A right follows from the appointment a user acts under (the "desk"): from the kind of its organisation
and from its role. `Appointment.can` asks here.
"""

from members.kinds import OrganizationKind, Role

CITY, STREET, COMMUNITY, ESTATE, UNIT = (
    OrganizationKind.CITY,
    OrganizationKind.STREET,
    OrganizationKind.COMMUNITY,
    OrganizationKind.ESTATE,
    OrganizationKind.UNIT,
)

# Reading: every role at these tiers, auditors included (DOMAIN: who sees and does what).
SEES: dict[str, set[str]] = {
    "members.see": {CITY, STREET, COMMUNITY, ESTATE, UNIT},
    "registrations.see": {CITY, STREET, COMMUNITY, UNIT},
    "numbers.see": {CITY, STREET, COMMUNITY, UNIT},
    "organizations.see": {CITY, STREET, COMMUNITY},
    "wishes.see": {CITY, STREET, COMMUNITY, ESTATE},
    "tasks.see": {CITY, STREET, COMMUNITY, ESTATE},
    "teams.see": {CITY, STREET, COMMUNITY},
    # What waits for the city's word on whether it is volunteer service, and what members say of tasks.
    "scope.see": {CITY},
    # What the city asks of communities and units for one of its tasks.
    "targets.see": {CITY, STREET, COMMUNITY, UNIT},
    "flags.see": {CITY, STREET, COMMUNITY, ESTATE, UNIT},
    "assessments.see": {CITY, STREET, COMMUNITY, UNIT},
    "notices.see": {CITY, COMMUNITY, UNIT},
    # Taking a list along is reading it on paper: masked alike, and on record (DOMAIN 4.7).
    "exports.make": {CITY, STREET, COMMUNITY, ESTATE, UNIT},
    "exports.see": {CITY, STREET, COMMUNITY, ESTATE, UNIT},
    "retention.see": {CITY},
    # Places against people: the street helps balance, a community sees where it stands.
    "balance.see": {CITY, STREET, COMMUNITY},
    # What the platform asks of members, in figures.
    "burden.see": {CITY, STREET, COMMUNITY},
}

# Acting: secretaries and clerks only.
DOES: dict[str, set[str]] = {
    "members.import": {CITY, UNIT},
    "members.edit": {CITY},
    "members.reveal": {CITY, COMMUNITY, UNIT},
    "members.remind": {CITY, COMMUNITY, UNIT},
    # Entering, leaving, retirement, transfer: the unit of its own people, the city of all.
    "members.record": {CITY, UNIT},
    "members.exempt": {CITY, COMMUNITY, UNIT},
    "numbers.decide": {CITY, COMMUNITY, UNIT},
    "members.merge": {CITY, COMMUNITY, UNIT},
    "registrations.decide": {COMMUNITY},
    "organizations.edit": {CITY},
    # The number that is printed on posters: a community knows its own and its estates'.
    "organizations.phone": {CITY, COMMUNITY},
    "appointments.grant": {CITY},
    "accounts.keep": set(),
    "wishes.handle": {COMMUNITY, ESTATE},
    "tasks.publish": {CITY, COMMUNITY, ESTATE},
    "teams.keep": {COMMUNITY},
    # Called at once, by whoever answers for the place; the tier above is told (社区吹哨、党员报到).
    "muster.call": {CITY, COMMUNITY, ESTATE},
    "targets.set": {CITY},
    "targets.answer": {COMMUNITY, UNIT},
    "presence.mark": {CITY, COMMUNITY, ESTATE},
    "claims.verify": {CITY, COMMUNITY},
    "flags.reverse": {CITY, COMMUNITY},
    "assessments.run": {CITY},
    "policy.edit": {CITY},
    "catalogue.edit": {CITY},
    "balance.plan": {CITY},
    "scope.review": {CITY},
    "notices.resend": {CITY},
    "notices.tell": {CITY, COMMUNITY, UNIT},
}

# System administrators, who have no desk, keep accounts and settings: no flags and no awards.
KEEPS = {"organizations.see", "organizations.edit", "appointments.grant", "accounts.keep"}


def allows(kind: str, role: str, capability: str) -> bool:
    """Whether a post of this role in such an organisation carries the capability.

    Raises KeyError for an unknown word.
    """
    if capability in SEES:
        return kind in SEES[capability]
    return kind in DOES[capability] and role != Role.AUDITOR


def asks_second_factor(kind: str, role: str) -> bool:
    """Whether the post asks for one in any case: city, street, and whoever may take contact data out.

    Exports are masked for everybody, so that is who may open a member's number (`members.reveal`), or a
    resident's number and address (`wishes.handle`).
    """
    opens_contacts = allows(kind, role, "members.reveal") or allows(kind, role, "wishes.handle")
    return kind in (CITY, STREET) or opens_contacts
