"""How a rule's words find a title: lines, parts, gaps, exceptions and sentences."""

import pytest

from tasks.scope.matching import Matcher, Unreadable


def test_each_part_of_a_line_has_to_stand_there_in_whatever_order() -> None:
    rule = Matcher.of("录入、填报 + 表格、台账")
    assert rule.hit("替社区录入表格") == "录入…表格"
    assert rule.hit("台账由党员填报") == "填报…台账"
    assert rule.hit("录入照片") == rule.hit("张贴表格") == ""


def test_each_line_is_a_way_of_saying_it() -> None:
    rule = Matcher.of("点赞\n\n投票 + 网络")
    assert rule.hit("给视频点赞") == "点赞"
    assert rule.hit("网络投票") == "投票…网络"
    assert rule.hit("居民投票") == ""


def test_an_exception_counts_in_its_own_sentence_alone() -> None:
    rule = Matcher.of("填写 + 表格", "帮…老人")
    assert rule.hit("帮楼里老人填写表格") == ""
    assert rule.hit("帮老人理发。填写表格") == "填写…表格"
    assert rule.hit("填写老人的表格，帮社区") == "填写…表格"


def test_dots_bridge_three_characters_and_no_pause() -> None:
    rule = Matcher.of("帮…老人")
    assert rule.hit("帮独居的老人") == "帮独居的老人"
    assert rule.hit("帮社区登记老人") == ""
    assert rule.hit("帮忙，老人") == ""


def test_width_case_and_blanks_make_no_difference() -> None:
    assert Matcher.of("下载 + App").hit("下 载　ＡＰＰ") == "下载…app"


def test_parts_in_different_sentences_say_nothing_together() -> None:
    rule = Matcher.of("录入 + 表格")
    assert rule.hit("上午录入照片。下午张贴表格") == rule.hit("录入\n表格") == ""


def test_no_word_has_a_meaning_of_its_own_to_the_search() -> None:
    assert Matcher.of("a.c 、(x)").hit("abc x") == ""
    assert Matcher.of("(x").hit("a(x)") == "(x"


@pytest.mark.parametrize("line", ["录入 +", "+ 表格", "、", "填", "录入、填"])
def test_a_line_that_says_nothing_is_no_line(line: str) -> None:
    with pytest.raises(Unreadable):
        Matcher.of(line)


def test_a_short_word_may_stand_beside_another() -> None:
    assert Matcher.of("填 + 表格").hit("填表格") == "填…表格"
