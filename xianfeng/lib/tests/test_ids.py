"""Ids from a form are numbers a database can look up, or nothing."""

import pytest

from xianfeng.lib.ids import id_of, ids_of


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", "²", "١٢", "9" * 19, "9" * 5000, "None", " 7"])
def test_what_is_no_id_is_nobodys(text: str):
    assert id_of(text) == 0


def test_ids_are_kept_in_order():
    assert ids_of(["12", "²", "7", "9" * 30, "0"]) == [12, 7]
    assert ids_of([]) == []
