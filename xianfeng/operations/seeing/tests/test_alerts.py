"""The ready rules for Prometheus name figures that exist, with the bounds of the administrator's page."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from xianfeng.operations.seeing.figures import Figure, figures

RULES = Path(settings.BASE_DIR) / "deploy" / "prometheus" / "xianfeng.rules.yml"
BOUND = re.compile(r"(xianfeng_\w+)(?:\{([^}]*)\})? ([<>]) ([\d.]+)")
# What is counted by request, and what /healthz says; they are no figures of the page.
OTHERS = {"xianfeng_requests_total", "xianfeng_request_seconds_bucket", "xianfeng_part_well"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _by_https(settings: Any) -> None:
    """As in production, where there is a certificate to be watched."""
    settings.SITE_URL = "https://portal.example.org"


def rules() -> list[dict[str, Any]]:
    [group] = yaml.safe_load(RULES.read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def bounds_of(figure: Figure) -> set[tuple[str, float]]:
    return {(sign, bound) for sign, bound in ((">", figure.high), ("<", figure.low)) if bound is not None}


def applies(condition: str, figure: Figure) -> bool:
    """Whether a rule's condition, queue!="nightly", is about this figure."""
    if not condition:
        return True
    name, sign, value = re.fullmatch(r'(\w+)(!?=)"(\w+)"', condition).groups()  # type: ignore[union-attr]
    return (dict(figure.labels)[name] == value) == (sign == "=")


def test_every_name_is_one_that_is_told():
    known = {f"xianfeng_{figure.name}" for figure in figures()} | OTHERS
    for rule in rules():
        assert set(re.findall(r"xianfeng_\w+", rule["expr"])) <= known, rule["alert"]


def test_every_bound_of_the_page_is_a_rule_with_the_same_bound():
    said = [match for rule in rules() for match in BOUND.findall(rule["expr"])]
    for figure in figures():
        ours = {
            (sign, float(bound))
            for name, condition, sign, bound in said
            if name == f"xianfeng_{figure.name}" and applies(condition, figure)
        }
        assert ours == bounds_of(figure), figure.name


def test_what_has_never_been_pages_nobody_on_the_day_of_installation():
    [rule] = [rule for rule in rules() if "absent(" in rule["expr"]]
    assert (rule["for"], rule["labels"]["severity"]) == ("26h", "page")
    assert ">" not in rule["expr"] and "<" not in rule["expr"], "what is too old is an alert of its own"


def test_every_rule_says_what_is_so_and_what_to_do():
    for rule in rules():
        assert rule["annotations"].keys() == {"summary", "remedy"}, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "look"), rule["alert"]
