"""Which passwords are taken: long ones of any kind, none that everybody tries first."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from members.accounts.passwords import WORDS
from xianfeng.lib.rooms import ROOT
from xianfeng.testing.cast import Cast


@pytest.mark.parametrize(
    "password", ["short-one", "XianFeng-2026-x", "长长的红旗密码一二三", "passwordpassword", "qwertyuiop"]
)
def test_what_everybody_tries_is_refused(password: str):
    with pytest.raises(ValidationError):
        validate_password(password)


def test_neither_is_the_own_mobile(cast: Cast):
    cast.clerk.mobile = "13912345678"
    with pytest.raises(ValidationError):
        validate_password("a13912345678b", cast.clerk)


@pytest.mark.parametrize("password", ["7490318256017", "qpxmvzkwtr", "雨后山色远近不同春水生", "Z9 " * 40])
def test_any_kind_of_signs_will_do(password: str):
    validate_password(password)


def test_the_words_are_those_of_the_document():
    page = (ROOT / "docs" / "安全" / "安全设计.md").read_text()
    assert all(f"`{word}`" in page for word in WORDS)
