"""Every page that a template names exists: `{% url … as x %}` leaves a broken link empty, without a word."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from xianfeng.tests.test_access import NAMES

URL_TAG = re.compile(r"{%-?\s*url\s+[\"']([^\"']+)[\"']")
STYLEGUIDE = "styleguide"  # its pages are addressed with DEBUG only


def named_pages() -> Iterator[tuple[str, str]]:
    """Template and the name of each page it links to."""
    root = Path(settings.BASE_DIR) / "templates"
    for path in root.rglob("*.html"):
        for name in URL_TAG.findall(path.read_text(encoding="utf-8")):
            if not name.startswith(STYLEGUIDE):
                yield str(path.relative_to(root)), name


def test_every_page_that_a_template_names_exists():
    named = list(named_pages())
    assert len(named) > 150
    assert [(path, name) for path, name in named if name not in NAMES] == []
