"""What buyers of the demo shop say of each product, so that no tea is too small for a table."""

from collections.abc import Mapping
from dataclasses import dataclass

# A title and a text; platforms without titles have an empty one.
Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Opinions:
    """Of one product. ``later``: what buyers add after a while, where the platform has such a thing."""

    good: tuple[Words, ...]
    bad: tuple[Words, ...]
    neutral: tuple[Words, ...] = ()
    later: tuple[str, ...] = ()


# These fit whatever was bought.
_GOOD_ANYWHERE = (
    "包装很用心，还送了小卡片，送人正合适。",
    "发货快，第二天就到了，家里人都很喜欢。",
    "客服很耐心，问了好多都一一回答。",
    "第三次买了，一如既往地好。",
)
_BAD_ANYWHERE = ("等了九天才发货，催了三次才有人回。",)
_NEUTRAL_ANYWHERE = ("东西还行，就是物流慢了点。",)
_LATER_ANYWHERE = ("追评：客服补寄了一件新的，态度不错。", "用了一段时间，还是很喜欢。")
_GOOD_IN_ENGLISH = (("Exactly as described", "Quick delivery and neatly packed."),)


def _taobao(good: tuple[str, ...], bad: tuple[str, ...], neutral: str, later: str) -> Opinions:
    return Opinions(
        tuple(("", text) for text in (*good, *_GOOD_ANYWHERE)),
        tuple(("", text) for text in (*bad, *_BAD_ANYWHERE)),
        tuple(("", text) for text in (neutral, *_NEUTRAL_ANYWHERE)),
        (later, *_LATER_ANYWHERE),
    )


# By the product's reference in ``catalogue``.
OF: Mapping[str, Opinions] = {
    "900000000001": _taobao(
        ("杯子很轻，拿在手里很舒服，会回购！", "杯口圆润，喝热水不烫手。"),
        ("收到的时候杯口有一道裂纹，包装太薄了。", "杯子颜色和图片差很多，实物偏黄。"),
        "杯子没有想象中大，用着倒是没问题。",
        "杯子用了两周，开始掉色了。",
    ),
    "900000000002": _taobao(
        ("碗很厚实，微波炉里转了几次没问题。", "釉色很润，四只碗摆在一起很好看。"),
        ("少发了一只碗，联系客服说要等仓库核实。", "碗碎了一只，箱子里连泡沫都没有，包装太差。"),
        "碗做工中规中矩，碗底有一点毛边。",
        "碗天天在用，釉面还是亮的。",
    ),
    "900000000003": _taobao(
        ("砧板很厚实，切菜不打滑。", "木纹漂亮，砧板没有一点异味。"),
        ("砧板用了一次就开裂了，质量太差。", "砧板到手就变形了，放不平。"),
        "砧板边上有一点毛刺，自己磨了一下。",
        "砧板用了两周，晾干后没有变形。",
    ),
    "900000000004": _taobao(
        ("桌布颜色和图片一样，桌子一下子有气氛了。", "桌布垂感好，洗了也没缩水。"),
        ("桌布尺寸不对，量了比拍的短十公分。", "桌布颜色和图片差很多，洗一次还掉色。"),
        "桌布料子比想象中薄，对得起这个价格。",
        "桌布洗了三次，有一点起球。",
    ),
    "900000000005": _taobao(
        ("桂花香很自然，蜡烛烧得也平。", "蜡烛点一小会儿，满屋子都是桂花香。"),
        ("蜡烛味道刺鼻，打开就头晕，质量太差。", "快递盒压扁了，蜡烛的盖子也变形了。"),
        "蜡烛香味偏淡，点久了才闻得到。",
        "蜡烛烧到一半，味道还是很好闻。",
    ),
    "900000000006": _taobao(
        ("藤编篮很结实，放毛巾正好。", "篮子编得细密，没有扎手的地方。"),
        ("篮子比描述的小一圈，放不下东西。", "篮子到手提手就断了一边，质量太差。"),
        "篮子有一点草味，晾两天就好了。",
        "篮子用了一个月，没有散。",
    ),
    "900000000007": _taobao(
        ("茶香清，回甘明显，老客户了。", "绿茶芽头整齐，泡出来汤色清亮。"),
        ("茶叶有股陈味，质量跟上一批完全不一样。", "茶叶罐压扁了，包装太薄，茶都洒出来了。"),
        "绿茶味道偏淡，当口粮茶还可以。",
        "绿茶喝了半罐，第三泡还有味道。",
    ),
    "900000000008": _taobao(
        ("白茶饼压得松紧合适，陈皮味很正。", "陈皮和白茶很搭，煮着喝更香。"),
        ("茶饼收到时已经散了，包装太薄。", "茶饼有一股霉味，不敢喝。"),
        "白茶味道一般，回甘不太明显。",
        "茶饼放了一个月，煮出来更甜。",
    ),
    "900000000009": _taobao(
        ("茶具小巧，出差带着泡茶很方便。", "壶嘴出水利落，茶具收纳包也很好用。"),
        ("茶具少发了一只杯子，客服一直没回复。", "壶盖磕了个口子，茶具包装太薄了。"),
        "茶壶比想象中小，一个人用刚好。",
        "茶具带出去两次，没磕没碰。",
    ),
    "demo-bamboo-mug": Opinions(
        (("Lovely mug", "Light, warm to the touch, survives the dishwasher so far."), *_GOOD_IN_ENGLISH),
        (
            ("Arrived broken", "The handle of the mug was in two pieces when I opened the box."),
            ("Not the colour I ordered", "The mug is not the colour I ordered. No answer to my mail for four days."),
        ),
    ),
    "demo-tea-sampler": Opinions(
        (
            ("Great sampler", "Six little tins, each one labelled by hand. The oolong is my favourite."),
            *_GOOD_IN_ENGLISH,
        ),
        (
            ("One tin missing", "Five tins of tea instead of six. No answer to my mail for four days."),
            ("Tins dented", "The tins were crushed, with no padding in the box, and tea was all over it."),
        ),
    ),
    "demo-notebook": Opinions(
        (("Good paper", "Takes fountain pen ink without bleeding through."), *_GOOD_IN_ENGLISH),
        (
            ("Smaller than it looks", "The notebook is smaller than the page said."),
            ("Pages came loose", "The binding of the notebook broke on the second day. Poor quality."),
        ),
    ),
    "demo-linen-runner": Opinions(
        (("Beautiful linen", "The runner drapes well and washes without shrinking."), *_GOOD_IN_ENGLISH),
        (
            ("Shorter than described", "The runner is shorter than the page said."),
            ("Not the colour I ordered", "I ordered one colour of runner and got the other. No answer to my mail."),
        ),
    ),
}
