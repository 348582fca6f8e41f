"""Telephones of offices: one form of writing, what a phone dials, and what is no number."""

import pytest
from django.core.exceptions import ValidationError

from xianfeng.lib.ids import CODE_ALPHABET, new_code
from xianfeng.lib.telephones import LONGEST, TelephoneField, cleaned, dialled


@pytest.mark.parametrize(
    ("written", "number", "digits"),
    [
        ("0575-87010000", "0575-87010000", "057587010000"),
        ("（0575）8701 0000", "0575-87010000", "057587010000"),
        ("057587010000", "0575-87010000", "057587010000"),
        ("+86-575-87010000", "0575-87010000", "057587010000"),
        ("0575-8701000转802", "0575-8701000-802", "05758701000,802"),
        ("010-62345678", "010-62345678", "01062345678"),
        ("+86 138 0000 0001", "13800000001", "13800000001"),
        ("400-123-4567", "4001234567", "4001234567"),
        ("１２３４５", "12345", "12345"),
        ("110", "110", "110"),
    ],
)
def test_a_telephone_has_one_form_and_is_dialled_without_signs(written: str, number: str, digits: str):
    assert (cleaned(written), dialled(written)) == (number, digits)
    assert (cleaned(number), dialled(number)) == (number, digits) and len(number) <= LONGEST


@pytest.mark.parametrize(
    "text",
    [
        "",
        "138****0001",
        "****",
        "87010000",
        "010-12345678",
        "400123456",
        "电话",
        "1380000000",
        "0575-870",
        "1;2",
    ],
)
def test_what_cannot_be_dialled_is_no_number(text: str):
    assert cleaned(text) == dialled(text) == ""


def test_the_field_says_what_to_write():
    assert TelephoneField().clean("") == "" and TelephoneField().clean(" 12345 ") == "12345"
    with pytest.raises(ValidationError, match="带区号"):
        TelephoneField().clean("87010000")


def test_codes_have_no_look_alikes():
    assert not set("01loi") & set(CODE_ALPHABET)
    assert CODE_ALPHABET.islower()
    assert {len(new_code(8)) for _each in range(50)} == {8}
    assert set().union(*(new_code(8) for _each in range(200))) <= set(CODE_ALPHABET)
