"""Every list page at city scale, through the whole stack: queries and median time."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from flags.models import AssessmentRun
from members import methods
from members.models import Member, User
from tools.bench import Figure, seconds

MILLISECONDS, QUERIES, RUNS = 200, 15, 9
DESK = (
    "reports:desk_home", "members:list", "members:registrations", "members:reconciliation",
    "members:organizations", "members:imports",
    "wishes:list", "tasks:list", "tasks:to_verify", "flags:ledger", "flags:behind",
    "flags:assessments", "notices:unreached",
)  # fmt: skip
PHONE = ("reports:me", "tasks:browse", "tasks:my_claims", "flags:my_flags", "notices:inbox")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    methods.note(session, user, methods.PASSWORD)
    session.save()
    return client


def page(client: Client, name: str, path: str) -> list[Figure]:
    def get() -> None:
        answer = client.get(path, headers={"host": "127.0.0.1"})
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")

    get()
    with CaptureQueriesContext(connection) as captured:
        get()
    return [
        Figure(f"{name}: queries", len(captured), "", QUERIES),
        Figure(f"{name}: median", seconds(get, RUNS) * 1000, "ms", MILLISECONDS),
    ]


def measure() -> list[Figure]:
    """Needs the model city at city scale."""
    officer = client_of(User.objects.get(username="city"))
    busiest = Member.objects.filter(years__isnull=False, user__isnull=False).order_by("-years__flags").first()
    pages = [(officer, f"city {name}", reverse(name)) for name in DESK]
    run = AssessmentRun.objects.first()
    if run:
        pages.append((officer, "city flags:assessment", reverse("flags:assessment", args=[run.pk])))
    if busiest and busiest.user:
        phone = client_of(busiest.user)
        pages += [(phone, f"member {name}", reverse(name)) for name in PHONE]
    return [figure for client, name, path in pages for figure in page(client, name, path)]
