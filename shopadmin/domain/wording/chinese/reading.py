"""How a Chinese reader takes a folded line: no blanks, no signs between characters, each disguised word in full."""

import re

_HAN = "\u3400-\u9fff\uf900-\ufaff"
_SEPARATORS = re.compile(
    rf"(?<=[{_HAN}★])[._\-~·•|"
    rf"/\\*+→←↓↑'\"“”()\[\]{{}}<>《》【】「」『』#&^…—の\u2190-\u2604\u2606-\u2bff]+(?=[{_HAN}a-z0-9★])|"
    rf"(?<=[a-z0-9])[_\-~·•|/\\*→←^…—]+(?=[{_HAN}])"
)
_SINGLES = re.compile(rf"(?<![{_HAN}])[{_HAN}](?:[,、;:.。!?][{_HAN}]){{2,}}(?![{_HAN}])")
# In pinyin alone, where they stand inside of a word.
_DRAWN_APART = re.compile(r"(?<=[a-z])[._-]{1,2}(?=[a-z])")
_CHARACTER = re.compile(f"[{_HAN}]")
_BLANKS = re.compile(r"[ \u3000丶灬丨丿彡]+")


def _letters(*shorts: str) -> str:
    return "(?<![a-z])(?:" + "|".join(shorts) + ")(?![a-z])"


# Homophones, pinyin, initials and pictures, each with the word that is meant.
_SPELLINGS: tuple[tuple[str, str], ...] = (
    (r"wuxing|wu星|5xing", "五星"),
    (r"haoping|haop(?![a-z])", "好评"),
    (r"zhongping", "中评"),
    (r"chaping", "差评"),
    (r"pingjia", "评价"),
    (r"pinglun", "评论"),
    (r"fanxian|返x(?:ian)?(?![a-z])|fan现|反现|返限|返線|返线|返先|返仙|返鲜|反xian|返县", "返现"),
    (r"hongbao|红bao|hong包|洪包|鸿包|红苞|宏包|弘包|紅bao|🧧", "红包"),
    (r"反(?=[0-9一二三四五六七八九十]+(?:$|元|块|米|圆|[,，]))", "返"),
    (r"jietu|截tu|节图|捷图|jie图", "截图"),
    (r"shaitu|shai图|晒tu|筛图", "晒图"),
    (r"yongjin|佣jin|拥金|用金|yong金", "佣金"),
    (r"shanchu|shan除|[珊衫杉沙姗煽]除|删chu|shan掉", "删除"),
    (r"xiugai|xiu改|修gai", "修改"),
    (r"tuikuan|退kuan|tui款|退歀|推款", "退款"),
    (r"buchang|补chang|bu偿", "补偿"),
    (r"xianjin|现jin|xian金|现斤|💰", "现金"),
    (r"youhuiquan|优惠quan|yhq|优惠卷|优惠劵|优会券", "优惠券"),
    (r"劵|(?<=[礼优惠用金折代赠送立减张])卷", "券"),
    (r"mianfei|免fei|mian费|免沸", "免费"),
    (r"miandan|免dan|mian单", "免单"),
    (r"yunfei|运fei|yun费", "运费"),
    (r"zengpin|赠pin", "赠品"),
    (r"songli|song礼", "送礼"),
    (r"🎁", "礼物"),
    (r"weixin|威信|薇信|微xin|卫星号|(?<=[加佳+家嘉])[vV薇]", "微信"),
    (r"lvshihan|律师han", "律师函"),
    (r"zhifubao|支付bao|zfb", "支付宝"),
    (_letters("zz"), "转账"),
    (_letters("lp", "xlp"), "礼品"),
    (_letters("lw"), "礼物"),
    (_letters("jf"), "积分"),
    (_letters("xhb"), "红包"),
    (_letters("dyq", "djq"), "优惠券"),
    (r"(?<![a-z])(?:p|pin|ping)(?=价|论|分(?!类|钟))", "评"),
    (r"(?<![a-z])(?:r|h|hong|red)包|红(?:b|bao|抱|苞|胞|袍(?!子))(?![a-z])|[虹烘轰哄](?:包|苞)", "红包"),
    (r"(?:li|里|理)(?=品|物|勿)(?<![道管处料整办心合原真])|(?<=[小好有送])li(?![a-z])", "礼"),
    (r"tu(?=片|$|[,，。+])", "图"),
    (r"(?<=[给打改全满拉])(?:5|五)x(?![a-z0-9])", "五星"),
    (r"xing星|x星", "星"),
    (r"(?<=[删改撤消][中差好])p(?![a-z])|惺(?=好|评)|(?<=五)惺", "评"),
    (_letters("pf"), "评分"),
    (r"(?<=[改删撤])p(?![a-z])|" + _letters("ping"), "评"),
    (r"(?<=[领送给拿得])q(?![a-z])", "券"),
    (_letters("xing"), "星"),
    (_letters("hao"), "好"),
    (_letters("cha"), "差"),
    (_letters("jia"), "价"),
    (_letters("bu"), "补"),
    (_letters("zeng"), "赠"),
    (_letters("jiang"), "奖"),
    (_letters("li"), "礼"),
    (_letters("dan"), "单"),
    (_letters("tu"), "图"),
    (_letters("fen"), "分"),
    (_letters("kuan"), "款"),
    (_letters("pei"), "赔"),
    (_letters("mian"), "免"),
    (_letters("bao"), "包"),
    (_letters("hong"), "红"),
    (_letters("xian"), "现"),
    (r"(?<=包)(?:you|油(?!炸|条|漆|画)|游(?!戏|泳|玩))", "邮"),
    (r"大羊", "大洋"),
    (r"(?<![a-z])t(?=款|钱|全|您)", "退"),
    (r"(?<![a-z])f(?=现|利|钱)", "返"),
    (r"(?<![a-z])s(?=除|评|掉)", "删"),
    (r"(?<![a-z])g(?=评|五星)", "改"),
    (r"(?<=退)k(?![a-z])", "款"),
    (_letters("gai"), "改"),
    (_letters("shan"), "删"),
    (_letters("che"), "撤"),
    (_letters("song"), "送"),
    (_letters("fan"), "返"),
    (_letters("ling"), "领"),
    (_letters("quan"), "券"),
    (_letters("gei"), "给"),
    (_letters("zhuan"), "转"),
    (_letters("tui"), "退"),
    (_letters("qian"), "钱"),
    (_letters("hp"), "好评"),
    (_letters("cp", "zcp"), "差评"),
    (_letters("pj"), "评价"),
    (_letters("pl"), "评论"),
    (_letters("fx"), "返现"),
    (_letters("hb"), "红包"),
    (_letters("jt"), "截图"),
    (_letters("st"), "晒图"),
    (_letters("zp"), "追评"),
    (_letters("sc"), "删除"),
    (_letters("xg"), "修改"),
    (_letters("tk"), "退款"),
    (_letters("yf"), "运费"),
    (_letters("xj"), "现金"),
    (_letters("mf", "md"), "免费"),
    (_letters("yj"), "佣金"),
    (_letters("bc"), "补偿"),
    (_letters("wx"), "微信"),
    (_letters("yuan", "rmb", "kuai"), "元"),
    (_letters("review", "reviews", "feedback"), "评价"),
    (_letters("coupon", "coupons", "voucher"), "优惠券"),
    (_letters("free"), "免费"),
    (_letters("cash"), "现金"),
    (_letters("refund"), "退款"),
    (r"(?<![a-z])h[.\-_·]p(?![a-z])|h评", "好评"),
    (r"截t(?![a-z])", "截图"),
    (r"youli", "有礼"),
    (r"(?:c|cha)平(?![0-9方台])", "差评"),
    (r"(?:5|five)-?stars?", "五星"),
    (r"[好郝浩昊hH](?:评|坪|呯|砰|枰|抨)(?!估|审|测|委|级|分)|郝[平苹萍屏凭]|好[萍凭](?![借证])|好苹(?!果)|"
    r"好平(?=[返截送就领有免，,。!！=截晒+五])|(?:hao|郝|浩)(?:评|ping|坪|呯|苹|平|萍)|好(?:ping|p)(?![a-z])|"
    r"好瓶(?=[返截送])", "好评"),
    (r"(?:cha|c|叉|茶|搽|查|岔|ca|chai)(?:评|ping|坪|呯)(?!估|审|测)|差(?:ping?|p|坪|呯|苹|"
    r"平(?=[删改撤给退补]))(?![a-z])", "差评"),
    (r"(?:zhong|z)(?:评|ping)(?!估|审|测)", "中评"),
    (
        r"[坪呯砰枰](?=价|语|论|分)|评(?:jia|j|贾|假)(?![a-z])|(?<=[改删撤写下个条成的])平价(?!好|商|格|房|版|款|替|"
        r"实|的|店|货|大|精|优)|平价(?=改|删|修|返|截|有礼|送)|"
    r"ping价|ping论|评lun", "评价"),
    (r"追(?:ping|坪|呯)", "追评"),
    (r"(?<![0-9一二三四])(?:五|5|伍|武|wu)(?:颗|个|粒|连|枚|顆|大|x|×)?(?:星(?!级(?:酒店|宾馆|饭店|大厨)|期|座|辰|"
    r"球)|芯(?!电|线|插|缆|头|网|片|光|的)|心(?=好评|满意|评)|辛(?=好)|兴(?=好)|新好评|xing|★(?![0-9])|"
    r"\*(?![0-9]))", "五星"),
    (r"★{4,}|★★★★★|满(?:星|兴(?=好|评)|★|xing)|全(?:五|5)?(?:★|星好)|五星+", "五星"),
    (r"(?<![0-9])(?:全|满|打|给|评|都是|勾)(?:个|上)?(?:五|5)分(?!钟|之|裤|袖|熟|半)|"
    r"满分好?评?(?=[，,返送就领有!！晒截给奖])|(?<![0-9])5分(?=好评|买家|评)|(?:五|5)分好评|5/5", "五星"),
    (r"(?<![0-9])(?:一|1|壹|二|2|两|两颗|一颗)(?:颗)?(?:星(?!期|级|座|球|辰|光|空|河)|★|\*(?![0-9]))|"
    r"(?<![0-9])3(?:星|★|\*(?![0-9]))|三颗星|三星(?=评|改|变|换|的评|修)", "一星"),
    (r"[讠氵言王亻石木](?=平(?:价|论|[返截送就领有免晒得换]))|[讠氵]平", "评"),
    (r"女子(?:评|平)", "好评"),
    (r"(?:纟工|丝工)包", "红包"),
    (r"辶反(?:现|王见)", "返现"),
    (r"★", "星"),
)  # fmt: skip
_SPELLING = tuple((re.compile(pattern), meant) for pattern, meant in _SPELLINGS)
# Those that are made of letters alone need not be tried on a text without any.
_OF_LETTERS = frozenset(pair for pair in _SPELLING if pair[0].pattern.isascii())
_OF_CHARACTERS = tuple(pair for pair in _SPELLING if pair not in _OF_LETTERS)
_LETTERS = re.compile("[a-z]")
_DISGUISE = re.compile(
    r"[a-z★*🧧💰🎁0-9]|"
    r"[好差中叉茶查郝浩昊五伍武满平坪呯砰枰苹萍芯兴洪鸿苞宏弘反返节捷佣拥劵卷威薇一二两三壹全评星截晒筛珊衫杉沙姗煽歀推免]"
)


def read(text: str) -> str:
    """The folded line as a Chinese reader takes it: no blanks, no signs inside, each disguised word in full."""
    text = _BLANKS.sub("", text)
    if not _CHARACTER.search(text):
        text = _DRAWN_APART.sub("", text)
    text = _SINGLES.sub(lambda found: re.sub(r"[,、;:.。!?]", "", found[0]), text)
    if _DISGUISE.search(text):
        text = _meant(text)
        joined = _SEPARATORS.sub("", text)
        text = joined if joined == text else _meant(joined)
    return text


def _meant(text: str) -> str:
    for pattern, meant in _SPELLING if _LETTERS.search(text) else _OF_CHARACTERS:
        text = pattern.sub(meant, text)
    return text
