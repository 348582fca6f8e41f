"""What does not belong into a public text is found and can be taken out."""

import pytest

from wishes.stating.personal_data import ADDRESS, EMAIL, ID_NUMBER, LANDLINE, MOBILE, find, redact

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
]


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
