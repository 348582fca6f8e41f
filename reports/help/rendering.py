"""From Markdown to a page: anchors as on code hosts, links to pages of the portal, pictures as static files.

Raw HTML is text here. A link to a file that is no manual of ours, or to a folder, becomes text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image

from reports.help.manuals import BY_PATH, DOCS, Manual

PICTURES = DOCS / "img"
IN_STATIC = "manual"  # what STATICFILES_DIRS calls them
MARKS = re.compile(r"[^\w\- ]")
PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Heading:
    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Page:
    """A manual as a page: its title, what stands under it, and the headings of that."""

    title: str
    html: SafeString
    headings: tuple[Heading, ...]

    def section(self, beginning: str) -> Heading | None:
        """The first heading that begins so: headings are reworded, their numbers stay."""
        found = (heading for heading in self.headings if heading.text.startswith(beginning))
        return next(found, None) if beginning else None


def page_of(manual: Manual) -> Page:
    """Read anew when the file has changed."""
    return rendered(manual.path, manual.path.stat().st_mtime_ns)


def section_of(manual: Manual, beginning: str) -> Heading | None:
    """A help without the manual's files is still a help."""
    return page_of(manual).section(beginning) if manual.path.is_file() else None


@lru_cache(maxsize=32)
def rendered(path: Path, _changed_at: int) -> Page:
    tokens = PARSER.parse(path.read_text(encoding="utf-8"))
    title, tokens = tokens[1].content, tokens[3:]
    headings = tuple(named_headings(tokens))
    for inline in (token for token in tokens if token.type == "inline"):
        inline.children = list(linked(inline.children or [], path.parent))
    html = PARSER.renderer.render(list(laid_out(tokens)), PARSER.options, {})
    return Page(title, mark_safe(html), headings)


def slug(text: str) -> str:
    """As GitHub makes them, so that one link works in both places: 1. 报到(三分钟) → 1-报到三分钟."""
    return MARKS.sub("", text.strip().lower()).replace(" ", "-")


def named_headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            heading = Heading(int(token.tag[1:]), inline.content, slug(inline.content))
            token.attrSet("id", heading.anchor)
            yield heading


# --- Links and pictures -------------------------------------------------------------------------


def linked(children: Sequence[Token], folder: Path) -> Iterator[Token]:
    """The tokens of a line with addresses of the portal; a link that leads nowhere is gone."""
    opened = list[bool]()
    for token in children:
        if token.type == "link_open":
            url = address(str(token.attrs["href"]), folder)
            token.attrSet("href", url)
            opened.append(bool(url))
        is_gone = token.type in ("link_open", "link_close") and not opened[-1]
        if token.type == "link_close":
            opened.pop()
        if token.type == "image":
            point_to_picture(token)
        if not is_gone:
            yield token


def address(link: str, folder: Path) -> str:
    """Where a link of a manual leads in the portal; empty where it leads to nothing that is served."""
    target, _sign, anchor = unquote(link).partition("#")
    if not target or target.startswith(("https://", "http://")):
        return link
    manual = BY_PATH.get((folder / target).resolve())
    if manual is None:
        return ""
    return f"{manual.url}#{anchor}" if anchor else manual.url


def point_to_picture(token: Token) -> None:
    """Its size is said, so that a page does not move under its reader while pictures come."""
    name = Path(unquote(str(token.attrs["src"]))).name
    width, height = size_of(PICTURES / name)
    token.attrs |= {
        "src": static(f"{IN_STATIC}/{name}"), "width": width, "height": height, "loading": "lazy",
    }  # fmt: skip


def size_of(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as image:
        return image.size


# --- Tables -------------------------------------------------------------------------------------


def laid_out(tokens: Sequence[Token]) -> Iterator[Token]:
    """Tables scroll by themselves; one that only sets pictures beside each other becomes those pictures."""
    table = list[Token]()
    for token in tokens:
        if table or token.type == "table_open":
            table.append(token)
        else:
            yield token
        if token.type == "table_close":
            yield from gallery(table) or framed(table)
            table.clear()


def framed(table: list[Token]) -> list[Token]:
    for token in table:
        token.attrs.pop("style", None)  # alignment; no style stands in a page of ours
    table[0].attrSet("class", "data")
    return [raw('<div class="table-wrap">'), *table, raw("</div>")]


def gallery(table: list[Token]) -> list[Token]:
    """Each picture under the head of its column; nothing where a cell holds anything else."""
    cells = [token for token in table if token.type == "inline"]
    heads, pictures = cells[: len(cells) // 2], cells[len(cells) // 2 :]
    if len(heads) != len(pictures) or not all(map(is_picture, pictures)):
        return []
    shown = ((head.content, mark_safe(drawn(picture))) for head, picture in zip(heads, pictures, strict=True))
    figures = format_html_join("", "<figure><figcaption>{}</figcaption>{}</figure>", shown)
    return [raw(format_html('<div class="gallery">{}</div>', figures))]


def is_picture(cell: Token) -> bool:
    return [child.type for child in cell.children or []] == ["image"]


def drawn(inline: Token) -> str:
    return str(PARSER.renderer.render([inline], PARSER.options, {}))


def raw(html: str) -> Token:
    return Token("html_block", "", 0, content=html)
