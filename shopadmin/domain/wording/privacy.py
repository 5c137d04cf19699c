"""Personal data in a public reply (G8): numbers, addresses, names and handles that say who somebody is."""

import re
import unicodedata
from collections.abc import Iterator

from shopadmin.domain.wording.findings import Finding, block

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛"
    "闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤欧阳諸诸葛司徒上官俞柳岳齐梅庄温柯裴翁骆欧尚葛殷虞阮瞿娄宁路凌霍祝左伍鲍聂章申屠倪华安乔赖樊兰洪施蓝涂"
)
_HAN = "\u4e00-\u9fff"
_CALL = (
    r"(?:call|phone|tel|telephone|ring|mobile|cell|text|sms|dial|hotline|whats ?app|reach (?:me|us|you|him|her)|"
    r"number (?:is|you)|contact|fax|"
    r"电话|手机|手机号|热线|拨打|致电|来电|座机|短信|联系|打给|号码|tel|加)"
)
_NOT_A_PHONE = (
    r"(?:orders?|parcel|tracking|article|item|model|part|sku|isbn|invoice|ticket|case|serial|product|ref|reference|"
    r"batch|lot|code|no|size|订单|单号|运单|"
    r"型号|货号|编号|批号|条码|口令|税号|款号|序列号|商品|快递单|物流)(?: ?(?:number|no|nr|code|id|号|号码|"
    r"编号))?s?[ .:#：是为]{0,4}"
)
_PHONE = re.compile(
    r"(?<![a-z0-9.-])(?:\+\d{1,3}[ .()-]{0,2}(?:\d[ .()/-]{0,2}){6,12}\d"
    r"|(?:00\d{1,2}[ -]?)?(?:86[ -]?)?1[3-9]\d[ .-]?\d{4}[ .-]?\d{4}"
    r"|\(0?\d{2,4}\)[ -]?\d{3,4}[ -]?\d{3,4}"
    r"|0\d{2,4}[ -/]\d{3,4}[ -]?\d{3,5}"
    r"|[48]00[ -]\d{3,4}[ -]\d{3,4}"
    r"|\d{3}[ .-]\d{3}[ .-]\d{4}|\d{3}-\d{4})(?![a-z0-9-]|\.\d)"
)
_LEAD = re.compile(rf"{_NOT_A_PHONE}$")
_CALLED = re.compile(rf"{_CALL}[^\d\n.!?。]{{0,24}}(\+?\d(?:[ ()/-]{{0,2}}\d){{4,13}})(?!\w)")
_DIGIT_WORD = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_DIGIT_WORDS = re.compile(
    rf"{_DIGIT_WORD}[ ,-]{{1,2}}(?:(?:{_DIGIT_WORD}|\d{{1,3}})[ ,-]{{1,2}}){{4,13}}(?:{_DIGIT_WORD}|\d{{1,4}})\b|"
    r"[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖洞拐]{9,13}"
)
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?: ?(?:@|\(at\)|\[at\]|\{at\}|艾特|_at_|#at#) ?[\w-]{1,60}"
    r"(?: ?(?:\.|\(dot\)|\[dot\]|\{dot\}|点|_dot_) ?| dot )[a-z][a-z\w-]{1,23}(?!\w)|"
    r" at [\w-]{1,60} dot [a-z]{2,24}(?!\w))"
)
_STREET = (
    "street|st|road|rd|lane|ln|avenue|ave|av|drive|dr|court|ct|close|way|square|sq|boulevard|blvd|place|pl|terrace|"
    "crescent|grove|hill|gardens|parkway|alley|row|mews|walk|"
    "highway|circle|trail|quay|rise|view|park|strasse|straße|weg|platz|gasse"
)
_ADDRESS = (
    re.compile(rf"\b\d{{1,5}}[A-Za-z]?,? (?:[A-Z][\w'’.]{{1,24}} ){{1,3}}(?i:{_STREET})\b"),
    re.compile(
        r"\b(?i:flat|apt\.?|apartment|unit|suite|room|house) (?:no\.? ?)?#?\d{1,4}[A-Za-z]?\b(?! ?(?i:kg|cm|mm|price|"
        r"size|inch))(?=.{0,40}(?i:building|block|street|road|floor|lane|avenue|house|tower|,))"
    ),
    re.compile(
        r"\b[A-ZÄÖÜ][\wäöüß]{2,24}(?:strasse|straße|str\.|weg|gasse|platz|allee) \d{1,4}[a-z]?\b|\b(?:rue|via|"
        r"calle|rua|avenida) [\w ]{2,30},? \d{1,4}\b"
    ),
    re.compile(
        r"(?i:\bp\.?o\.? ?box \d{1,6})|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b|(?i:\b(?:your|his|her|the buyer's|home|"
        r"delivery|shipping) (?:home )?address (?:is|was|at|:|in) ?)\S|(?i:\byou live (?:in|at|on) )[A-Z0-9]|"
        r"(?i:\b(?:zip|post ?code)(?: code)?:? ?)[A-Z0-9]{4,8}"
    ),
)
_ADDRESS_ZH = re.compile(
    r"(?:大厦|写字楼|大楼|公寓)[a-z\d]{3,5}(?!元|件)|"
    rf"[{_HAN}]{{1,8}}(?:路|街|大道|巷|弄|胡同|大街|村|小区|花园|公寓|新村|家园|苑|里|"
    rf"道)[{_HAN}]{{0,6}}[\d一二三四五六七八九十]{{1,5}}(?:号(?!线|柜|色|款)|弄|栋|幢|座|期|单元|楼)"
    rf"|\d{{1,4}}(?:号楼|栋|幢|单元|座)[\d{_HAN}]{{0,6}}\d{{1,4}}(?:室|号|房)?|(?:宿舍|单元|楼|栋)\d{{3,4}}(?!元|"
    rf"件|毫|克|ml)|[{_HAN}]{{2,6}}(?:省|市)[{_HAN}]{{2,8}}(?:区|县|镇)[{_HAN}]{{2,12}}(?:路|街|村|小区|道|号|大厦)"
    rf"|[县镇乡][{_HAN}]{{1,8}}村[{_HAN}]{{0,4}}(?:\d{{1,3}}|[一二三四五六七八九十]{{1,2}})(?:组|社|队|号)|(?:家住|"
    rf"住在|住址[是为:：]|(?:您|你|他|她)的?(?:收货|家庭)?(?:地址|住址)(?:是|为|[:：]|在|写的是?))[{_HAN}\d]{{3}}"
)
_TITLE = r"(?:[Mm]r|[Mm]rs|[Mm]s|[Mm]iss|[Mm]ister|[Mm]adam|[Dd]r|[Pp]rof|MR|MRS|MS)\.?"
_CAP = r"[A-ZÀ-Þ][\w'’-]{1,24}"
_INITIAL = r"(?:[A-Z]\.? )"
_NAMED = re.compile(rf"\b{_TITLE} (?:{_INITIAL}|{_CAP} ){{0,2}}{_CAP}(?!\w)")
_BRAND = re.compile(
    r"\b(?:brand|label|trademark|character|range|product line|series|model|maker|mascot|is the name|filter|soap|logo|"
    r"flavou?r|doll|puppet|toy|book|novel|edition)\b"
)
# "The Dr. Sample brush".
_PRODUCT = re.compile(rf"\b(?:[Tt]he|[Oo]ur|[Yy]our|[Aa]n?) {_TITLE} {_CAP} [a-z]")
_PERSON = re.compile(
    r"\b(?i:(?:delivered|signed|ordered|bought|purchased|received|paid|placed|accepted|collected|picked up|"
    r"returned|posted|written|reviewed|opened)(?: for)? (?:by|to)|recipient(?: is| was)?|buyer(?: is| was)?|"
    r"customer(?: is| was)?|(?:full |real |your |account |card |the )?name(?=:)|name (?:is|was|on the \w+ is)|"
    rf"account holder|addressed to|in the name of|signature of|neighbour|this is|known as|aka):? ?(?:{_INITIAL}|"
    rf"{_CAP} ){{1,2}}{_CAP}"
    rf"|\b(?i:dear|hello|hi|hey|sorry|thanks|thank you|greetings),? (?:{_INITIAL}|"
    rf"{_CAP} ){{1,2}}{_CAP}(?=[ ,.!:—-]|$)"
)
_SALUTED = re.compile(
    r"(?i:^(?:dear|hello|hi|hey|thanks|sorry)),? (?!(?:All|Team|Everyone|Everybody|Customer|Buyer|Friend|Friends|Sir|"
    r"Madam|There|Guest|Shopper|Reader|Readers|You|For|And|So|We|The|To|That|Client|Valued)\b)"
)
_FAMILY = f"(?:(?!安装|安全|安排|安心|洪水|蓝色)[{_SURNAMES}])"
_IS = "(?:叫做|叫|就是|写的是|是|为|:)"
_ENDS = r"(?=[,。、!\s真的手电收在签]|$|本人|某)"
_NAMED_ZH = re.compile(
    rf"(?:^|(?<=[^{_HAN}])|(?<=您好)|(?<=你好)|(?<=亲爱的)|(?<=尊敬的)|"
    rf"(?<=[是由给和位的叫为让对]))(?:{_FAMILY}[{_HAN}]{{0,3}}?)(?:先生|女士|小姐|同学|太太|阿姨|大姐|大哥|老师|"
    r"师傅|总|美女|帅哥|生)(?=[,，、:：。!！的您你好在说买订本收签已下,也这]|$)"
    r"|(?:收货人|签收人|收件人|代签人|姓名|真名|本名|实名|下单人|收款人|付款人|"
    rf"户名){_IS}{{0,2}}{_FAMILY}[{_HAN}]{{1,2}}{_ENDS}"
    rf"|(?:买家|名字|大名){_IS}{{1,2}}{_FAMILY}[{_HAN}]{{1,2}}{_ENDS}"
    rf"|(?:收货人|签收人|收件人|代签人|姓名){_IS}[{_HAN}]{{2,3}}(?=[,。]|$)"
    r"|^(?!温馨|方便|许多|任何|"
    rf"金额){_FAMILY}[^\W\da-z您你谢的了是不有在们这那上就会想于时前后多额便款件型版色码号]{{2}}(?=,?(?:您|你))"
    r"|(?:^|(?<=[,，。!！~\s]))(?:您好|你好|亲)[,，!！~ ](?!温馨|方便|许多|任何|金额|高兴|万一|明天|"
    r"周[一二三四五六日末]|马上|安装|毛病|石头|路上|白色|黄色|金色|成品|时间|宁可|包裹|于是|何时|顾客|余额|石榴|"
    r"花费|方法|单单|何况|左右|连同|全部|和您|任意|段位)"
    rf"{_FAMILY}[{_HAN}]{{1,2}}(?=[,，、!！])"
    rf"|(?:买家|顾客|客户)(?!任何|方面|马上|金额|高兴|于|和|连|都|时|常){_FAMILY}[{_HAN}]{{1,2}}(?=今年|去年|在|"
    r"已|先后|多次|两次|三次|曾|又|说|要求|恶意|本人)"
    rf"|(?<![高白黄金]){_FAMILY}(?<!和)[{_HAN}]{{2}}(?<!方便的)(?<!中老年)(?<!个子)(?:先生|女士|小姐)(?!装|鞋|包|"
    r"款|表|裤|衣)"
    rf"|(?:本人|由|是|叫|被){_FAMILY}[{_HAN}]{{1,2}}(?:签收|代收|代签|本人签|收下|下单)"
)
_CHAT = (
    "qq|扣扣|企鹅|微信|wechat|weixin|wx|vx|v信|薇信|威信|加v|佳v|telegram|tg|line id|line|skype|instagram|insta|ig|"
    "facebook|fb|"
    "snapchat|viber|signal|kakao|discord|旺旺|钉钉|抖音号|小红书号|微博|twitter|淘宝id"
)
_HANDLE = re.compile(
    rf"(?<![a-z])(?:{_CHAT})(?![a-z])(?: ?(?:id|号码|号|群|账号|handle|name|user))?(?: ?(?:is|me|us|at|是|为|搜|加|"
    r":|@|=|,|on)){0,3}"
    r" ?[@a-z0-9](?=[\w.-]{3,30})[\w.-]*(?:\d|_|-|@)[\w.-]*"
    r"|(?:^|(?<=[\s(:,]))@[a-z][\w.]{3,30}|(?<![a-z])(?:t\.me|wa\.me|m\.me|line\.me|instagram\.com|"
    r"facebook\.com)/\S{1,60}"
    r"|(?:加|佳|添加)(?:我|客服|店主|老板)?(?:的)?(?:微信|vx|wx|v|qq|薇|v信)[ :]?[a-z0-9_-]{4,30}"
)
_NUMBER = re.compile(
    r"(?<![a-z0-9])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dxX](?![a-z0-9])|(?:id card|"
    r"passport|iban|card number|account number|身份证号?|护照号?|银行卡号?|卡号)(?: ?number)?(?: ?(?:is|no\.?|是|"
    r"为|:|：)){0,2} ?[a-z]{0,4}\d[\d ]{5,30}"
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\x00-\x08\x0e-\x1f\ufe0f]")
_SPACED_HAN = re.compile(rf"(?<=[{_HAN}])[ \u3000]+(?=[{_HAN}\d])|(?<=\d)[ \u3000]+(?=[{_HAN}])")


def find_personal(text: str, simplified: str) -> Iterator[Finding]:
    """What says who somebody is. ``simplified``: the same text folded, as capital letters count for names alone."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    closed = _SPACED_HAN.sub("", simplified)
    for rule, found in (
        ("privacy_phone", _phone(simplified)),
        ("privacy_email", _EMAIL.search(simplified)),
        ("privacy_address", _address(plain) or _ADDRESS_ZH.search(closed)),
        ("privacy_name", _name(plain) or _NAMED_ZH.search(closed)),
        ("privacy_handle", _HANDLE.search(simplified)),
        ("privacy_number", _NUMBER.search(simplified)),
    ):
        if found:
            yield block(rule, found[0].strip())


def _phone(text: str) -> re.Match[str] | None:
    for found in _PHONE.finditer(text):
        if not _LEAD.search(text, max(found.start() - 40, 0), found.start()):
            return found
    return _CALLED.search(text) or _DIGIT_WORDS.search(text)


def _address(text: str) -> re.Match[str] | None:
    return next((found for pattern in _ADDRESS if (found := pattern.search(text))), None)


def _name(text: str) -> re.Match[str] | None:
    if found := _PERSON.search(text):
        return found
    for found in _NAMED.finditer(text):
        if not (
            _BRAND.search(text, found.end(), found.end() + 60)
            or _PRODUCT.search(text, max(found.start() - 8, 0), found.end() + 2)
        ):
            return found
    return None
