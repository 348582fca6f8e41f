"""What does not belong into a public text is found and can be taken out."""

import pytest

from xianfeng.lib.personal_data import (
    ACCOUNT,
    ADDRESS,
    CARD,
    EMAIL,
    FORBIDDEN,
    ID_NUMBER,
    LANDLINE,
    MOBILE,
    find,
    redact,
)

FOUND = [
    ("请联系13812345678", MOBILE, "13812345678"),
    ("电话 138 1234 5678 谢谢", MOBILE, "138 1234 5678"),
    ("138-1234-5678", MOBILE, "138-1234-5678"),
    ("１３８１２３４５６７８", MOBILE, "１３８１２３４５６７８"),
    ("幺三八一二三四五六七八", MOBILE, "幺三八一二三四五六七八"),
    ("打0575-87654321", LANDLINE, "0575-87654321"),
    ("身份证330681195503051234", ID_NUMBER, "330681195503051234"),
    ("33068119550305123x", ID_NUMBER, "33068119550305123x"),
    ("３３０６８１１９５５０３０５１２３Ｘ", ID_NUMBER, "３３０６８１１９５５０３０５１２３Ｘ"),
    ("发到li@example.cn", EMAIL, "li@example.cn"),
    ("家住3幢2单元501室", ADDRESS, "3幢2单元501室"),
    ("三幢二单元五〇一室", ADDRESS, "三幢二单元五〇一室"),
    ("12号楼1203", ADDRESS, "12号楼1203"),
    ("我在3-2-501", ADDRESS, "3-2-501"),
    ("2单元501漏水", ADDRESS, "2单元501"),
    ("501室老人需要理发", ADDRESS, "501室"),
]
# What people write to get past a filter, and the forms in which addresses come.
EVADING = [
    ("联系1\u200b3\u200b8\u200b1\u200b2\u200b3\u200b4\u200b5\u200b6\u200b7\u200b8", MOBILE),
    ("138\u206012345678", MOBILE),
    (
        "1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e36\ufe0f\u20e37\ufe0f\u20e38",
        MOBILE,
    ),
    ("①③⑧①②③④⑤⑥⑦⑧", MOBILE),
    ("𝟏𝟑𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖", MOBILE),
    ("¹³⁸¹²³⁴⁵⁶⁷⁸", MOBILE),
    ("⑴⑶⑻⑴⑵⑶⑷⑸⑹⑺⑻", MOBILE),
    ("❶❸❽❶❷❸❹❺❻❼❽", MOBILE),
    ("١٣٨١٢٣٤٥٦٧٨", MOBILE),
    ("138|1234|5678", MOBILE),
    ("138+1234+5678", MOBILE),
    ("138=1234=5678", MOBILE),
    ("138（1234）5678", MOBILE),
    ("138'1234'5678", MOBILE),
    ("加我v：wang1988", ACCOUNT),
    ("加v wang1988", ACCOUNT),
    ("+V：wang_xiu88", ACCOUNT),
    ("l38l2345678", MOBILE),
    ("I3812345678", MOBILE),
    ("138l2345o7o", MOBILE),
    ("139OOO12345", MOBILE),
    ("一三八一二三四五六七八", MOBILE),
    ("壹叁捌壹贰叁肆伍陆柒捌", MOBILE),
    ("138一二三四5678", MOBILE),
    ("1 3 8 1 2 3 4 5 6 7 8", MOBILE),
    ("1.3.8.1.2.3.4.5.6.7.8", MOBILE),
    ("138.1234.5678", MOBILE),
    ("138·1234·5678", MOBILE),
    ("138—1234—5678", MOBILE),
    ("138、1234、5678", MOBILE),
    ("138*1234*5678", MOBILE),
    ("138_1234_5678", MOBILE),
    ("138 / 1234 / 5678", MOBILE),
    ("+86 138 1234 5678", MOBILE),
    ("13812345678（微信同号）", MOBILE),
    ("电话：１３８　１２３４　５６７８", MOBILE),
    ("(0575)87654321", LANDLINE),
    ("0575 8765 4321", LANDLINE),
    ("０５７５－８７６５４３２１", LANDLINE),
    ("致电87654321", LANDLINE),
    ("微信号：wang_xiu1988", ACCOUNT),
    ("微信 wangxiu1988", ACCOUNT),
    ("加微信wangxiu1988", ACCOUNT),
    ("微信：lihuahua", ACCOUNT),
    ("薇信 lihua_88", ACCOUNT),
    ("vx：lihua2020", ACCOUNT),
    ("WX: lihua2020", ACCOUNT),
    ("V信lihua_2020", ACCOUNT),
    ("ＷｅＣｈａｔ：ｌｉｈｕａ２０２０", ACCOUNT),
    ("wxid_a1b2c3d4e5", ACCOUNT),
    ("QQ 123456789", ACCOUNT),
    ("qq号：10001234", ACCOUNT),
    ("扣扣12345678", ACCOUNT),
    ("li@example.cn", EMAIL),
    ("li＠example．cn", EMAIL),
    ("li(at)example.cn", EMAIL),
    ("li艾特example.cn", EMAIL),
    ("330681 19950305 1234", ID_NUMBER),
    ("330681-1995-0305-1234", ID_NUMBER),
    ("33068119950305123X", ID_NUMBER),
    ("三三零六八一一九九五零三零五一二三四", ID_NUMBER),
    ("33068l1995o3o51234", ID_NUMBER),
    ("330681950305123", ID_NUMBER),
    ("卡号6222021202012345678", CARD),
    ("6222 0212 0201 2345 678", CARD),
    ("3号楼2单元501室", ADDRESS),
    ("3号楼 2单元 501", ADDRESS),
    ("3-2-501", ADDRESS),
    ("３－２－５０１", ADDRESS),
    ("三栋二单元", ADDRESS),
    ("十二栋三单元五零一室", ADDRESS),
    ("3幢502", ADDRESS),
    ("3 幢 502 室", ADDRESS),
    ("3#1502室", ADDRESS),
    ("12号楼1203室", ADDRESS),
    ("123弄45号601室", ADDRESS),
    ("7号楼-1-302", ADDRESS),
    ("五〇一室的陈奶奶", ADDRESS),
    ("人民路12号501室", ADDRESS),
    ("2单元501", ADDRESS),
]
CLEAN = [
    "3幢楼下的路灯坏了",
    "2单元门口的台阶需要扶手",
    "80岁老人需要理发，每月2次",
    "希望周六14:00-16:00有人教用手机",
    "2026年3月5日前需要10个志愿者",
    "想要一本2025版的字典，约100元",
    "步梯房，从1楼搬到6楼",
    "一三五晚上有人陪伴",
    "",
    "2号楼前广场集合",
    "在2号楼东侧的小花园",
    "3号楼10人，4号楼12人",
    "3号楼共120户，每户一份",
    "2号楼200盏路灯检修",
    "5号楼1000余人核酸采样",
    "人民路12号",
    "中山路88号党群服务中心",
    "党群服务中心301室",
    "行政中心2号楼503室",
    "社区文化活动中心二楼201室",
    "第一小学3号楼205室",
    "市民政局1号楼302室办理",
    "301会议室",
    "拨打12345热线",
    "12345政务服务便民热线，24小时",
    "急救120，火警119，报警110",
    "96345便民服务热线",
    "客服400-820-8820",
    "乘K102路或18路到城东站",
    "乘1、3、5、12、15、18、21、27路公交",
    "1、3、5、7、9、11、13、15号楼的楼道",
    "1-3、5-7、9-11、13-15号楼",
    "2026-11-25 14:00",
    "2026.11.25-2026.11.27",
    "11月25日至12月3日，每天9:00-11:30",
    "1.3-1.5 9.00-11.30",
    "9:00-11:00，14:00-16:00",
    "12-3-2026截止",
    "3-2-2026",
    "26-11-25上午",
    "二〇二六年十一月二十五日",
    "二零二六年三月五日下午两点",
    "一二三四五六七八九十，数到十",
    "每周一、三、五晚上七点",
    "预算13800元",
    "共138001元",
    "每人补贴100元，合计12,000,000元",
    "面积1200平方米",
    "编号20261125001",
    "志愿者编号330681",
    "服务码 A2026-0012",
    "ISBN 9787532780123",
    "邮编311800",
    "温度36.5度，血压130/80",
    "需要5G手机2部，Win11电脑1台",
    "请加微信群，扫社区门口的二维码",
    "关注“明州先锋”微信公众号",
    "微信支付和现金都可以",
    "社区微信工作群通知",
    "下载“浙里办”App",
    "OK，lol",
    "网址 www.example.cn",
    "年龄60岁以上，女55岁",
    "比分3-2，胜5场",
    "一期3栋到8栋之间的绿化带",
    "单元门口集合",
    "从北门走到3号楼大约500米",
    "单双号限行：1、3、5、7、9",
    "气温15-20度，风力3-4级",
    "身份证复印件一份",
    "手机号段以13、15、18开头",
]


def test_the_tables_are_as_long_as_they_should_be():
    assert len(FOUND) + len(EVADING) >= 60 and len(CLEAN) >= 60


@pytest.mark.parametrize(("text", "kind"), EVADING)
def test_what_is_disguised_is_found_and_gone_after_redaction(text: str, kind: str):
    assert kind in {finding.kind for finding in find(text)}
    assert find(redact(f"想请人帮忙，{text}，谢谢")) == []


@pytest.mark.parametrize(("text", "kind"), EVADING)
def test_the_words_around_it_do_not_hide_it(text: str, kind: str):
    around = f"周六上午打扫楼道，{text}，请带手套"
    found = next(finding for finding in find(around) if finding.kind == kind)
    assert around[found.start : found.end].strip() == found.text
    assert "打扫" not in found.text and "手套" not in found.text


def test_an_address_may_be_kept_and_a_number_may_not():
    assert ADDRESS not in FORBIDDEN
    assert {MOBILE, LANDLINE, ID_NUMBER, EMAIL, ACCOUNT, CARD} == FORBIDDEN


def test_a_long_text_is_looked_through_in_no_time():
    """No pattern grows with more than the length of the text: what would hang here would hang a form."""
    for text in ("1 " * 1000, "1-" * 1000, "a" * 2000, "微信" * 1000, "3号楼" * 600, "①" * 2000):
        find(text)


@pytest.mark.parametrize(("text", "kind", "what"), FOUND)
def test_found(text: str, kind: str, what: str):
    assert [(finding.kind, finding.text) for finding in find(text)] == [(kind, what)]


@pytest.mark.parametrize("text", CLEAN)
def test_a_public_place_or_a_date_is_no_secret(text: str):
    assert find(text) == []


@pytest.mark.parametrize(("text", "kind", "what"), FOUND)
def test_after_redaction_nothing_is_left(text: str, kind: str, what: str):
    assert find(redact(text)) == []
    assert what not in redact(text)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("老人需要理发，请联系13812345678", "老人需要理发"),
        ("家住3幢2单元501室，想请人修水管", "想请人修水管"),
        ("想请人修水管（电话：13812345678），周末最好", "想请人修水管，周末最好"),
        ("我住3幢2单元501室，电话13812345678，需要轮椅", "需要轮椅"),
    ],
)
def test_the_suggestion_reads_well(text: str, clean: str):
    assert redact(text) == clean


def test_several_findings_come_in_order():
    assert [finding.kind for finding in find("3幢2单元501室，13812345678")] == [ADDRESS, MOBILE]
