"""In which language a buyer is likely to read a notice."""

from collections.abc import Sequence
from typing import Literal

Language = Literal["en", "zh"]
_CHINESE_PLATFORMS = frozenset(
    {"taobao", "tmall", "jd", "pinduoduo", "douyin", "kuaishou", "xiaohongshu", "weidian", "youzan", "1688"}
)
_CHINESE_CLOCKS = frozenset(
    {"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin", "Asia/Taipei", "Asia/Hong_Kong", "Asia/Macau"}
)


def language(platform: str, clocks: Sequence[str]) -> Language:
    """``platform``: where the buyer is known from; ``clocks``: names of every zone they may live by."""
    if platform in _CHINESE_PLATFORMS:
        return "zh"
    return "zh" if clocks and all(clock in _CHINESE_CLOCKS for clock in clocks) else "en"
