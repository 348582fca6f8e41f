"""Bootstrap as it is served: nothing that a page uses is missing, and little else is there."""

import pytest

from tools import purge_css
from tools.purge_css import CLASS, PURGED, WHOLE, purged, used

SHEET = (
    '/*! licence */@charset "utf-8";'
    ":root,[data-bs-theme=light]{--bs-a:1px;--bs-b:var(--bs-a);--bs-c:red}[data-bs-theme=dark]{--bs-c:blue}"
    ".btn,.card:hover{margin:var(--bs-b)}.card{padding:0}p>.lead{margin:0}"
    ".btn:not(:disabled):not(.active){color:red}.btn[data-bs-popper]{top:2px}"
    "a{animation:.1s spin}@keyframes spin{to{top:0}}@keyframes grow{to{top:1px}}"
    "@media print{.card{top:0}.btn{left:0}}@media (min-width:1px){.card{top:0}}"
)


def test_the_committed_sheet_is_what_the_pages_use_today():
    """When this fails: python -m tools.purge_css, look at the pages, and commit what it wrote."""
    assert PURGED.read_text(encoding="utf-8") == purge_css.made()


def test_every_class_that_a_page_may_have_keeps_its_rules():
    of_bootstrap = set(CLASS.findall(WHOLE.read_text(encoding="utf-8")))
    there = set(CLASS.findall(PURGED.read_text(encoding="utf-8")))
    assert of_bootstrap & used() <= there
    assert {"btn", "btn-primary", "btn-outline-danger", "form-control", "visually-hidden"} <= there


def test_what_may_match_stays_and_the_rest_goes():
    assert purged(SHEET, frozenset({"btn"}), others="") == (
        '/*! licence */\n@charset "utf-8";:root{--bs-a:1px;--bs-b:var(--bs-a);}.btn{margin:var(--bs-b)}'
        ".btn:not(:disabled):not(.active){color:red}a{animation:.1s spin}@keyframes spin{to{top:0}}"
        "@media print{.btn{left:0}}\n"
    )


def test_a_property_that_our_own_sheets_read_stays():
    assert "--bs-c:red" in purged(SHEET, frozenset(), others="a{color:var(--bs-c)}")


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('<b class="btn{% if a == "x" %} is-on{% endif %}">', {"btn", "is-on", "x"}),
        ('{% include "b.html" with look="btn-light mt-2" %}', {"btn-light", "mt-2"}),
        ("<table><caption>row</caption></table>", set()),
    ],
)
def test_classes_are_found_in_attributes_and_in_tags(template: str, found: set[str]):
    assert found <= set(purge_css.words_of_template(template))
    assert "table" not in purge_css.words_of_template(template)
