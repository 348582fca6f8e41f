"""The shared cache holds JSON, and numbers that Redis counts up."""

import pytest
from django.conf import settings
from django.core.cache import cache

from xianfeng.lib.broker.plain import PlainSerializer


@pytest.mark.parametrize("value", [0, 7, -1, 1.5, 5.0, True, None, "5", "号码", [1, "a"], {"a": [True]}])
def test_what_is_kept_comes_back(value: object):
    cache.set("plain", value)
    back = cache.get("plain", "nothing")
    assert (back, type(back)) == (value, type(value))


def test_what_is_counted_up_stays_a_number():
    cache.set("plain", 1)
    assert cache.incr("plain") == cache.get("plain") == 2


def test_what_is_no_json_is_refused():
    with pytest.raises(TypeError):
        PlainSerializer().dumps({1, 2})


def test_nothing_pickled_is_opened():
    with pytest.raises(ValueError, match="utf"):
        PlainSerializer().loads(b"\x80\x05K\x01.")


def test_the_cache_of_the_platform_uses_it():
    options = settings.CACHES["default"]["OPTIONS"]
    assert options["serializer"] == "xianfeng.lib.broker.plain.PlainSerializer"
