"""The item of a wish is named by the words that residents use for it."""

import pytest

from tasks.catalogue.suggesting import suggested
from tasks.models import ServiceItem

# What residents wrote, or might: the words of the first catalogue were not made from these.
WISHES = {
    "卫生间的灯忽明忽暗，不敢自己弄": "WIS-02",
    "厨房水龙头滴水，想请人换个垫圈": "WIS-02",
    "家里插座没电了，麻烦懂行的师傅看看": "WIS-02",
    "防盗门锁打不开": "WIS-02",
    "热水器坏了修一下": "WIS-02",
    "下周二要去人民医院复查，子女都在外地": "WIS-03",
    "腿脚不便，想请人帮忙取药": "WIS-03",
    "想请人陪同去市民中心代办社保卡": "WIS-03",
    "外地看病的发票不知道怎么报销": "WIS-03",
    "孩子放学没人接，想有人带着写作业": "WIS-04",
    "初二英语跟不上，希望大学生志愿者辅导": "WIS-04",
    "孙子暑假在家，想有人教教数学": "WIS-04",
    "手术后要用拐杖，想借一副": "WIS-05",
    "家里有些旧衣想捐给需要的人": "WIS-05",
    "独居老人想找人聊天": "WIS-01",
    "低保户，想有人帮忙打扫卫生": "WIS-01",
    "老母亲卧床，想请师傅上门理发": "TEA-01",
    "想每月有人上门量血压": "TEA-01",
    "房屋漏水邻居不肯赔偿，想问问律师": "TEA-02",
    "楼上半夜噪音，想请人调解": "TEA-03",
    "想学用微信和外孙视频": "TEA-04",
    "电脑里的照片不会传到手机": "TEA-04",
}


def test_nine_of_ten_wishes_find_their_item(db: None):
    found = {wish: item.code if (item := suggested(wish)) else "" for wish in WISHES}
    wrong = {wish: found[wish] for wish, code in WISHES.items() if found[wish] != code}
    assert len(wrong) <= len(WISHES) // 10, wrong


@pytest.mark.parametrize("wish", ["想把阳台封起来", "谢谢你们", ""])
def test_where_no_word_is_known_nothing_is_suggested(db: None, wish: str):
    assert suggested(wish) is None


def test_the_city_s_own_words_decide_and_an_item_out_of_use_is_not_offered(db: None):
    wish = "想把阳台封起来"
    item = ServiceItem.objects.get(code="WIS-02")
    item.words += "、阳台"
    item.save()
    assert suggested(wish) == item
    ServiceItem.objects.filter(pk=item.pk).update(is_active=False)
    assert suggested(wish) is None
