"""One name for one thing: what people read keeps to docs/用语.md, and what does not is found."""

from collections import Counter

import pytest

from tools import words
from tools.words import Glossary, glossary, parse, places_in

PAGE = """
| 说 | 是什么 | 不说 | 依据 |
|---|---|---|---|
| 暂未达标 | 还不够 | `未达标` | 本平台 |
| 认定 | 决定 | `核定`、`评定` | DOMAIN 2 |
| 红旗进度 | 一页 | `“进度”` | 本平台 |

| 不说的词 | 可以写 | 为什么 |
|---|---|---|
| `核定` | `考核定案` | 两个词相连 |

| 文件 | 为什么 |
|---|---|
| `*/migrations/*` | 从前的名字 |
"""
PYTHON = '''"""A docstring may say 核定."""
LABEL = _(
    "社区"
    "核定"
)  # so may a comment: 核定
WORD = f"{LABEL}评定"
'''

LOOKED_AT = [
    "templates/flags/assessment/behind.html",
    "templates/emails/flags_digest.txt",
    "flags/assessment/behind.py",
    "static/js/verify.js",
    "locale/zh_Hans/LC_MESSAGES/django.po",
    "docs/年度考核.md",
    "docs/使用手册/单位.md",
    "README.md",
    "deploy/prometheus/xianfeng.rules.yml",
]


@pytest.fixture(name="rules", scope="module")
def _rules() -> Glossary:
    return parse(PAGE)


def test_nothing_that_people_read_says_what_the_glossary_says_not_to():
    """When this fails: say it as the glossary does, or enter there why this place is another matter."""
    assert [str(place) for place in words.places()] == []


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("templates/a.html", '{% translate "全年未达标" %}', [(1, "未达标")]),
        ("templates/a.html", "{# 核定 #}\n{% comment %}核定\n{% endcomment %}\n社区核定", [(4, "核定")]),
        ("templates/emails/a.txt", "您好，\n社区已核定，暂未达标。", [(2, "核定")]),
        ("templates/a.html", "暂未达标，考核定案", []),
        ("templates/a.html", "考核定案后再核定", [(1, "核定")]),
        ("flags/a.py", PYTHON, [(3, "核定"), (6, "评定")]),
        ("docs/a.md", "点“进度”；“红旗进度”、看进度", [(1, "“进度”")]),
        ("docs/a.md", "未达标、核定、评定", [(1, "未达标"), (1, "核定"), (1, "评定")]),
    ],
)
def test_a_planted_word_is_found_in_its_line(
    rules: Glossary, name: str, text: str, found: list[tuple[int, str]]
):
    assert sorted((place.line, place.word) for place in places_in(name, text, rules)) == sorted(found)


def test_whoever_is_told_of_a_word_is_told_what_to_say(rules: Glossary):
    (place,) = places_in("flags/a.py", '_("评定")', rules)
    assert str(place) == "flags/a.py:1: 评定 → 认定"


@pytest.mark.parametrize("name", LOOKED_AT)
def test_pages_mails_strings_and_the_manual_are_looked_at(name: str):
    assert words.ROOT / name in set(words.files(glossary()))


def test_only_what_the_glossary_names_is_left_out():
    names = {path.relative_to(words.ROOT).as_posix() for path in words.files(glossary())}
    assert not any("/migrations/" in name or "/tests/" in name for name in names)
    assert not names & {"CHANGELOG.md", "docs/用语.md"}


def test_every_entry_of_the_glossary_is_whole():
    entries = words.tables(words.GLOSSARY.read_text(encoding="utf-8"), "说")
    assert len(entries) > 40
    assert all(row["说"] and row["是什么"] and row["依据"] for row in entries)


def test_a_word_is_either_said_or_not_and_has_one_term_instead():
    entries = words.tables(words.GLOSSARY.read_text(encoding="utf-8"), "说")
    said = Counter(term for row in entries for term in row["说"].split("、"))
    unsaid = Counter(word for row in entries for word in words.QUOTED.findall(row["不说"]))
    assert [word for word, times in (said + unsaid).items() if times > 1] == []


def test_an_exception_is_of_a_word_that_is_not_said_and_still_has_a_place():
    rules = glossary()
    texts = [path.read_text(encoding="utf-8") for path in words.files(rules)]
    for word, phrase in rules.exceptions:
        assert word in rules.instead and word in phrase
        assert any(phrase in text for text in texts), f"nobody writes {phrase} any more"
