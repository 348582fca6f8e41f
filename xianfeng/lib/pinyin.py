"""Names in pinyin, so that people are found by typing letters and lists sort as expected."""

from functools import lru_cache

from pypinyin import Style, pinyin

PINYIN_LENGTH, INITIALS_LENGTH = 160, 20  # as the columns of Member

# Characters that are read differently as a surname.
SURNAMES = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "任": "ren", "区": "ou", "查": "zha", "朴": "piao",
    "盖": "ge", "种": "chong", "秘": "bi", "冼": "xian", "华": "hua", "缪": "miao", "员": "yun", "翟": "zhai",
    "乐": "yue", "召": "shao", "繁": "po", "折": "she", "黑": "he", "那": "na", "纪": "ji", "洗": "xian",
    "令": "ling", "尉": "wei", "隗": "wei", "覃": "qin", "祭": "zhai", "都": "du", "句": "gou", "牟": "mou",
    "宓": "fu", "晟": "cheng", "燕": "yan", "应": "ying", "葛": "ge", "阚": "kan", "逄": "pang", "佴": "nai",
    "万": "wan", "车": "che", "石": "shi", "柏": "bai", "长孙": "zhang sun", "尉迟": "yu chi",
    "万俟": "mo qi", "澹台": "tan tai", "单于": "chan yu", "宿": "su", "叶": "ye", "曲": "qu", "卜": "bu",
}  # fmt: skip


@lru_cache(maxsize=8192)
def syllable(character: str) -> str:
    return pinyin(character, style=Style.NORMAL, errors="default")[0][0]


def syllables(name: str) -> list[str]:
    """One syllable a character; the surname by its own reading."""
    for length in (2, 1):
        surname = SURNAMES.get(name[:length])
        if surname and len(name) >= length + 1:
            return [*surname.split(), *map(syllable, name[length:])]
    return [syllable(character) for character in name]


def in_pinyin(name: str) -> tuple[str, str]:
    """The name as ("zengbaiyue", "zby"), for the columns `pinyin` and `initials` of a member."""
    parts = [part.lower() for part in syllables(name) if part.isalnum()]
    return "".join(parts)[:PINYIN_LENGTH], "".join(part[0] for part in parts)[:INITIALS_LENGTH]


@lru_cache(maxsize=4096)
def readings(text: str) -> tuple[str, ...]:
    """One syllable a character, read as words are ("重庆路" as chong qing lu); the rest as it is."""
    return tuple(part[0].lower() for part in pinyin(text, style=Style.NORMAL))


def reads(text: str, letters: str) -> bool:
    """Whether the text, from any of its characters on, begins with the letters: jiaoyu or jyj in 市教育局."""
    parts = [part for part in readings(text) if part.isalnum()]
    tails = [parts[start:] for start in range(len(parts))]
    return any(
        "".join(tail).startswith(letters) or "".join(part[0] for part in tail).startswith(letters)
        for tail in tails
    )
