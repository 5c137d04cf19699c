"""Chinese surnames that are read otherwise than the same character elsewhere.

The dictionaries of pypinyin know characters and phrases but not what is a name. Here are the simplified characters that
differ as surnames, with the reading of the surname (general dictionaries of Chinese; the more usual one where a surname
has two).
"""

_READINGS = {
    "曾": "zeng", "单": "shan", "解": "xie", "查": "zha", "仇": "qiu", "区": "ou", "朴": "piao", "盖": "ge",
    "种": "chong", "翟": "zhai", "覃": "qin", "缪": "miao", "乐": "yue", "折": "she", "繁": "po", "秘": "bi",
    "员": "yun", "贠": "yun", "乜": "nie", "薄": "bo", "卜": "bu", "阚": "kan", "洗": "xian",
    "祭": "zhai", "句": "gou", "重": "chong", "佴": "nai", "能": "nai", "粘": "nian", "藏": "zang", "都": "du",
}  # fmt: skip
# The surname of two characters that begins as one of these does is a phrase that the dictionaries know.
_LONGER = "单于"


def surname_reading(characters: str, read: str) -> str:
    """The first syllable of a name of simplified ``characters``, which the dictionaries read as ``read``."""
    return read if characters.startswith(_LONGER) else _READINGS.get(characters[:1], read)
