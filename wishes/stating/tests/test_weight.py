"""A resident's first page, by mobile data and on an old phone, is light."""

import gzip
import re
from urllib.parse import unquote

from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from xianfeng.testing.cast import Cast
from xianfeng.testing.sessions import log_in_by_code

KIB = 1024
MOST_READ, MOST_SENT = 120 * KIB, 45 * KIB  # of a page with all it brings
BROUGHT = re.compile(r'(?:href|src)="/static/([^"#]+)')


def brought_by(page: str) -> list[bytes]:
    """The files of the page, each once, as they lie in static/."""
    paths = [finders.find(unquote(name)) for name in sorted(set(BROUGHT.findall(page)))]
    assert paths and all(paths)
    return [open(path, "rb").read() for path in paths]  # noqa: PTH123


def test_the_first_page_is_light_to_read_and_to_send(client: Client, cast: Cast):
    answer = client.get(
        reverse("wishes:ask", args=[cast.community.public_code]), headers={"Accept-Encoding": "gzip"}
    )
    assert answer["Content-Encoding"] == "gzip"
    html = gzip.decompress(answer.content)
    files = brought_by(html.decode())
    read = len(html) + sum(map(len, files))
    sent = len(answer.content) + sum(len(gzip.compress(file)) for file in files)
    print(f"{read / KIB:.1f} KiB, sent as {sent / KIB:.1f} KiB")  # noqa: T201
    assert not any(b"url(" in file.replace(b"url(data:", b"").replace(b'url("data:', b"") for file in files)
    assert (read <= MOST_READ, sent <= MOST_SENT) == (True, True), (read, sent)


def test_residents_and_members_are_spared_the_script_of_the_desk(client: Client, cast: Cast):
    assert "htmx" not in client.get(reverse("wishes:track")).content.decode()
    log_in_by_code(client, cast.li.user)
    assert "htmx" not in client.get(reverse("reports:me")).content.decode()
    client.force_login(cast.secretary)
    desk = client.get(reverse("reports:desk_home")).content.decode()
    assert "htmx.min.js" in desk and "X-CSRFToken" in desk
