"""The ten guards that an attack found held by no test."""

from tools.mutants.mutant import Mutant, ignored, mutant, off

MUTANTS = (
    mutant(
        "the list of looks shows everybody's", "members/people/views.py",
        "rows = ContactReveal.objects.visible_to(request.user).select_related(",
        "rows = ContactReveal.objects.all().select_related(",
        "members/people/tests",
    ),
    mutant(
        "the admin offers rows of every branch to choose", "members/service_admin.py",
        "rows = self.visible(request, db_field.remote_field.model)",
        "rows = db_field.remote_field.model.objects.all()",
        "members/tests/test_admin.py",
    ),
    mutant(
        "one appoints outside one's branch", "members/organizations/appointing.py",
        'desk.can("appointments.grant") and desk.organization.contains(organization)',
        'desk.can("appointments.grant")',
        "members/organizations/tests",
    ),
    # Since numbers are ciphertext there is nothing to search by a prefix; but the column must say so.
    mutant(
        "a number is found by any part of it", "xianfeng/lib/crypto/fields.py",
        "if lookup_name not in self.LOOKUPS:", "if False:", "members/tests/test_sealed_numbers.py",
    ),
    mutant(
        "any desk opens a brief", "wishes/handling/rules.py",
        'desk.can("wishes.handle") and desk.organization.contains(wish.organization)',
        'desk.can("wishes.see")',
        "wishes/handling/tests", "wishes/tests",
    ),
    mutant(
        "joining passes a second factor by", "members/registration/public.py",
        "return holding.opens_by_code(user) and not is_mfa_enabled(user)",
        "return holding.opens_by_code(user)",
        "members/registration/tests",
    ),
    Mutant(
        "a code proves another mobile", "members/accounts/proving.py",
        'f"{mobile}:{code}"', 'f"{code}"', ("members/accounts/tests",),
        more=(("pk=proof_id, mobile=mobile, used_at", "pk=proof_id, used_at"),),
    ),
    ignored(
        "codes are sent all day", "members/accounts/proving.py",
        "for limit in (PER_MOBILE_MINUTE, PER_MOBILE_HOUR, PER_MOBILE_DAY):\n        limit.take(mobile)",
        "members/accounts/tests", "members/registration/tests",
    ),
    ignored(
        "codes are tried all day from one address", "members/accounts/proving.py",
        "TRIES_PER_ADDRESS.take(address)", "members/accounts/tests", "members/registration/tests",
    ),
    off(
        "one reverses one's own flags", "flags/ledger/rules.py",
        "any(person.is_same_person(member) for person in known)", "flags/ledger/tests", "tasks/tests",
    ),
)  # fmt: skip
