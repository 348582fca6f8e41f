"""The forms of a page as a browser would send them: each field with what it holds, and what it offers."""

from html.parser import HTMLParser

SKIPPED = {"csrfmiddlewaretoken"}


class Forms(HTMLParser):
    """`fields` has, by name, the values that a field holds or offers; several for choices."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.choice = self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        name = given.get("name", "")
        if tag == "select":
            self.choice = name
        elif tag == "textarea":
            self.text = name
        if tag == "option" and self.choice:
            self.keep(self.choice, given.get("value", ""))
        elif tag in ("input", "button", "textarea", "select") and name:
            self.keep(name, given.get("value", "on" if given.get("type") == "checkbox" else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.choice = ""
        elif tag == "textarea":
            self.text = ""

    def handle_data(self, data: str) -> None:
        if self.text and data.strip():
            self.fields[self.text] = [data]

    def keep(self, name: str, value: str) -> None:
        if name not in SKIPPED:
            self.fields.setdefault(name, []).append(value)
