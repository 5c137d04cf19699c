"""Characters as a reader sees them: one sign for each shape, nothing invisible, simplified Chinese, one star."""

import unicodedata

# Cyrillic and Greek letters that look like Latin ones.
_LOOKALIKES = dict(
    zip("аеорсухіјѕԁɡһкмтвнѵԝɩαεορτυνικβηχ", "aeopcyxijsdghkmtbhvwiaeoptuvikbnx", strict=True)
)  # fmt: skip

# The traditional characters that the words of this check and of addresses are written with.
_TRADITIONAL = dict(
    zip(
        "評價論刪紅發現圖錢給單號電話個為這還後與開關們來時間問題對應該辦處顧貨買賣質連優惠減滿贈獎費運補償賠額轉賬帳戶"
        "務無關變換認證實見過從請讓說話寫點選擇級顆則機鏈結訴訟師傳曝網熱線條記錄張劉陳楊趙黃吳鄭馮蔣許韓馬羅蕭葉蘇魯"
        "區縣鎮鄉號樓棟層廳園遠邊內國際學員長門東車馬龍鳳衛飛領達訂貼讚誇謝歡樂護拋飾鮮麗溫華偉強輕鋪臺灣廣頁極獲標準劃"
        "報復騷擾麼嗎幾雙隻頭體驗滿據資訊碼牆壞會於聯繫約東協議釋條須據實際無誠懇幫權產業專業隱險評論鈔幣圓貳參肆陸撥郵"
        "鎖凍結終絕決違約懲罰責擔負銷廢棄讓渡繼續遞簽獨雖爾隨舊儘盡係備將動當兩歲萬億該爺媽聲譽損壓臉書戲劇檔嚇總",
        "评价论删红发现图钱给单号电话个为这还后与开关们来时间问题对应该办处顾货买卖质连优惠减满赠奖费运补偿赔额转账账户"
        "务无关变换认证实见过从请让说话写点选择级颗则机链结诉讼师传曝网热线条记录张刘陈杨赵黄吴郑冯蒋许韩马罗萧叶苏鲁"
        "区县镇乡号楼栋层厅园远边内国际学员长门东车马龙凤卫飞领达订贴赞夸谢欢乐护抛饰鲜丽温华伟强轻铺台湾广页极获标准划"
        "报复骚扰么吗几双只头体验满据资讯码墙坏会于联系约东协议释条须据实际无诚恳帮权产业专业隐险评论钞币圆贰叁肆陆拨邮"
        "锁冻结终绝决违约惩罚责担负销废弃让渡继续递签独虽尔随旧尽尽系备将动当两岁万亿该爷妈声誉损压脸书戏剧档吓总",
        strict=True,
    )
)

_PICTURES = {
    **dict.fromkeys("☆⭐🌟🌠✦✧✶✷✸✹✨✩✪✯✰⋆✭✮🟊", "★"),
    **dict.fromkeys("💵💰💸💶💷🤑💴🪙", "💰"),
    **dict.fromkeys("🎁🎀", "🎁"),
    "₤": "£",
    "🍎": "苹",
    "🍏": "苹",
    "‘": "'",
    "’": "'",
    "´": "'",
    "`": "'",
    "–": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
}
_BREAKS = "\n\r\v\f\x85\u2028\u2029"
# Keys of a keypad, seals and similar pictures end in one of these.
_INVISIBLE = frozenset(("Cf", "Cc", "Cs", "Cn", "Co", "Mn", "Me"))
_SEEN = _LOOKALIKES | _TRADITIONAL | _PICTURES


class _Folding(dict[int, str]):
    """Each character's reading, worked out when it is first met; Unicode is finite, and so is this."""

    def __missing__(self, code: int) -> str:
        read = self[code] = _read(chr(code))
        return read


def _read(sign: str) -> str:
    if sign in _BREAKS:
        return "\n"
    if sign == "\ufffd":  # stands for bytes that were no text
        return ""
    if sign == "\t":
        return " "
    if sign in _SEEN:
        return _SEEN[sign]
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", sign).casefold())
    kept = (" " if part.isspace() else part for part in plain if unicodedata.category(part) not in _INVISIBLE)
    return "".join(_SEEN.get(part, part) for part in kept)


_FOLDING = _Folding()


def fold(text: str) -> str:
    """NFKC in lower case without accents, marks and whatever cannot be seen; lookalikes and traditional characters
    become the plain ones, all stars one star. Folding twice changes nothing more."""
    return text.translate(_FOLDING)
