"""Every stylesheet is asked for by a page, and the list of a page's stylesheets stands once."""

import re
from pathlib import Path

from django.template.loader import render_to_string

ROOT = Path(__file__).resolve().parents[3]
CSS = ROOT / "static" / "css"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMMON = "components/stylesheets.html"
LOADED = re.compile(r"""static ['"]css/([^'"]+)['"]""")


def loaded_by(path: Path) -> list[str]:
    return LOADED.findall(path.read_text(encoding="utf-8"))


def test_every_stylesheet_is_loaded_by_a_page_and_every_one_loaded_exists():
    on_disk = {str(path.relative_to(CSS)) for path in CSS.rglob("*.css")}
    assert {name for path in TEMPLATES for name in loaded_by(path)} == on_disk


def test_the_styles_of_every_page_are_listed_once_and_the_tokens_come_first():
    common = loaded_by(ROOT / "templates" / COMMON)
    assert (common[0], common[-1]) == ("tokens.css", "print.css")
    assert len(common) == len(set(common))
    rooms = {name for name in common if "/" in name}
    again = {
        str(path.relative_to(ROOT)): named
        for path in TEMPLATES
        if not path.match(f"*/{COMMON}") and (named := rooms.intersection(loaded_by(path)))
    }
    assert again == {}


def test_the_error_page_that_knows_no_request_has_the_styles_of_every_other():
    assert render_to_string(COMMON) in render_to_string("500.html")
