"""Chinese: what sellers call reviews, benefits, conditions and threats. Texts come in folded, simplified, unspaced."""

import re

from shopadmin.domain.wording.chinese import offers, reviews, threats
from shopadmin.domain.wording.chinese.reading import read
from shopadmin.domain.wording.lexicon import Lexicon, either

LEXICON = Lexicon(
    lang="zh",
    reach=25,
    topics=tuple("评星晒夸赞美话口满字图追删改撤分买低高手心走打种小好一把写喜推荐新旧"),
    threats=tuple(
        "律诉告官法院传庭公立开判诽名侵造寻报派警牢恶敲勒诈曝光把将您你他她挂社网让黑等悔看小当掂自想后别不吃没跟奉有收弄断教付报骚轰惹得做敢知清上登去找堵带叫天每半寄送举给回以封断"
    ),
    read=read,
    praise=reviews.PRAISE,
    change=reviews.CHANGE,
    change_it=reviews.CHANGE_IT,
    write=reviews.WRITE,
    noun=either(
        rf"{reviews.REVIEW}|{reviews.BARE}(?!.{{0,6}}(?:地址|订单|尺码|颜色|型号|备注|时间|数量|密码|固件|规格|电话))"
    ),
    thanked=reviews.THANKED,
    incentive=offers.INCENTIVE,
    generous=offers.GENEROUS,
    promised=offers.PROMISED,
    favour=offers.FAVOUR,
    independent=offers.INDEPENDENT,
    refused=offers.REFUSED,
    disowned=either(
        r"[?].{0,6}(?:违反|不符合|不允许|不可以|不行|没有这|不合规)|不是(?:我们|本店|咱们|我店|小店|我家|我方|"
        r"店里)|并非我们|别信|不要(?:相信|理会|扫)|不可信|骗子|诈骗|假冒|冒充|请举报|没有(?:这|此)(?:种|个|类|"
        r"回|样)(?:的)?(?:活动|事|规定|卡片)|不(?:做|搞)这种"
    ),
    contrast=either(r"但|不过|只是|除非|可是|然而|唯独"),
    condition=threats.IF,
    harm=threats.HARM,
    threat=threats.THREAT,
    denied=threats.DENIED,
    everyday=frozenset(("星星",)),
    breaks=re.compile(r"[。!?;；\n]|(?<![0-9])\.(?![0-9a-z])"),
)
