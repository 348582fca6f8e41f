"""A browser of few words: cookies, forms and https to this machine under the portal's name."""

import http.client
import http.cookiejar
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

TIMEOUT = 30  # seconds


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page, with what their fields hold."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(named.get("action", "")))
        elif tag == "input" and self.forms and named.get("name"):
            self.forms[-1].fields[named["name"]] = named.get("value", "")


@dataclass(frozen=True)
class Page:
    status: int
    url: str
    text: str
    headers: Any

    def form(self, ending: str) -> Form | None:
        """The form that is sent to an address with that ending; without one, to its own page."""
        parser = Forms()
        parser.feed(self.text)
        path = urllib.parse.urlsplit(self.url).path
        found = (form for form in parser.forms if (form.action or path).partition("?")[0].endswith(ending))
        return next(found, None)


class Connection(http.client.HTTPSConnection):
    """Whatever the name says, it is this machine that answers."""

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), TIMEOUT)
        self.sock = self.context.wrap_socket(plain, server_hostname=self.host)

    context: ssl.SSLContext
    address = "127.0.0.1"


class Browser:
    def __init__(self, host: str, certificate: Path) -> None:
        self.base = f"https://{host}"
        Connection.context = ssl.create_default_context(cafile=str(certificate))

        class Handler(urllib.request.HTTPSHandler):
            def https_open(self, request: urllib.request.Request) -> Any:
                return self.do_open(Connection, request)

        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), Handler(), cookies, urllib.request.HTTPRedirectHandler()
        )

    def open(self, address: str, data: dict[str, str] | None = None) -> Page:
        url = urllib.parse.urljoin(self.base, address)
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(url, body, {"Referer": url, "User-Agent": "check-install"})
        try:
            answer = self.opener.open(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Page(answer.status, answer.url, answer.read().decode("utf-8", "replace"), answer.headers)

    def send(self, page: Page, ending: str, **values: str) -> Page:
        """Fill in the form of `page` and send it."""
        form = page.form(ending)
        assert form is not None, f"{page.url} ({page.status}) has no form that goes to …{ending}"
        return self.open(urllib.parse.urljoin(page.url, form.action), form.fields | values)
