"""What the demo shop sells, where it comes from, and the words of its staff; its buyers' are in ``opinions``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One product. ``price``: minor units of the platform's currency; ``stock``: pieces on hand."""

    platform: str
    ref: str
    title: str
    category: str
    supplier: str
    price: int
    stock: int
    specs: tuple[str, ...]


SUPPLIERS = {
    "DEMO-S1": ("示例竹木工坊", "示例市", "示例省"),
    "DEMO-S2": ("样板陶艺厂", "样板市", "示例省"),
    "DEMO-S3": ("演示茶园合作社", "演示市", "样板省"),
    "DEMO-S4": ("Sample Paper Goods", "Sampleton", "Exampleshire"),
}
CATEGORIES = {
    "DEMO-C1": "厨房用品",
    "DEMO-C2": "家居",
    "DEMO-C3": "茶叶",
    "DEMO-C4": "Stationery",
}
PRODUCTS = (
    DemoProduct("taobao", "900000000001", "竹纤维马克杯 330ml", "DEMO-C1", "DEMO-S1", 3900, 124, ("原色", "墨绿")),
    DemoProduct("taobao", "900000000002", "手工陶碗 四只装", "DEMO-C1", "DEMO-S2", 8800, 37, ("青釉", "白釉")),
    DemoProduct("taobao", "900000000003", "榉木砧板 大号", "DEMO-C1", "DEMO-S1", 11900, 8, ("40×28cm",)),
    DemoProduct("taobao", "900000000004", "亚麻桌布", "DEMO-C2", "DEMO-S1", 6900, 52, ("120cm", "150cm", "180cm")),
    DemoProduct("taobao", "900000000005", "香薰蜡烛 桂花", "DEMO-C2", "DEMO-S2", 5900, 0, ("小杯", "大杯")),
    DemoProduct("taobao", "900000000006", "收纳藤编篮", "DEMO-C2", "DEMO-S1", 4500, 61, ("小号", "中号", "大号")),
    DemoProduct("taobao", "900000000007", "明前绿茶 125g", "DEMO-C3", "DEMO-S3", 12800, 90, ("罐装", "袋装")),
    DemoProduct("taobao", "900000000008", "陈皮白茶饼 100g", "DEMO-C3", "DEMO-S3", 9900, 44, ("单饼", "礼盒")),
    DemoProduct("taobao", "900000000009", "旅行茶具套装", "DEMO-C3", "DEMO-S2", 16800, 5, ("一壶两杯", "一壶四杯")),
    DemoProduct("shopify", "demo-bamboo-mug", "Bamboo fibre mug", "DEMO-C1", "DEMO-S1", 1450, 80, ("Natural", "Green")),
    DemoProduct("shopify", "demo-tea-sampler", "Tea sampler, six kinds", "DEMO-C3", "DEMO-S3", 2600, 33, ("Box of 6",)),
    DemoProduct("shopify", "demo-notebook", "Rice paper notebook", "DEMO-C4", "DEMO-S4", 990, 210, ("A5", "A6")),
    DemoProduct("shopify", "demo-linen-runner", "Linen table runner", "DEMO-C2", "DEMO-S1", 3400, 12, ("Sand", "Ink")),
)  # fmt: skip
CURRENCIES = {"taobao": "CNY", "shopify": "USD"}
POSTAGE = {"taobao": (0, 0, 0, 600), "shopify": (0, 450)}

# Halves of nicknames: nobody is called that, and many combinations read well.
NICK_FIRST = ("青柠", "薄荷", "云朵", "山楂", "桂花", "海盐", "琥珀", "星河", "竹影", "麦浪", "雪梨", "芝麻")
NICK_SECOND = ("小鹿", "团子", "海豚", "刺猬", "云雀", "松鼠", "鲸鱼", "兔子", "水獭", "麻雀")
NICK_ENGLISH = ("Sample Otter", "Sample Finch", "Sample Maple", "Sample Comet", "Sample Willow", "Sample Harbour")

CARRIERS = {"taobao": ("示例快递", "样板速运"), "shopify": ("Sample Post",)}

REPLIES_TAOBAO = (
    "非常抱歉给您带来不好的体验，我们已经安排补寄，请留意物流信息。",
    "感谢您的反馈，问题已经转给同事重新核对，也欢迎您联系客服处理退换。",
    "谢谢您的认可，期待下次光临！",
)
REPLIES_ENGLISH = (
    "We are sorry that it arrived like this. A replacement is on its way, at no cost.",
    "Thank you for the kind words!",
)
NOTES = (
    "买家要求周末前送到，已和仓库确认。",
    "电话沟通过，同意补寄一件，不退款。",
    "地址在示例小区，需要放快递柜。",
    "Asked for an invoice; sent by mail.",
)
INCIDENT_KINDS = (
    ("damaged", "运输中破损，补寄一件。", 3900),
    ("wrong_item", "发错规格，买家保留，退了差价。", 1500),
    ("late", "仓库漏单，晚发四天。", None),
    ("lost", "快递丢件，重新发货，向快递索赔中。", 8800),
    ("missing_item", "少发一件，已补寄。", 2200),
)
STATUS_WORDS = {
    "taobao": {
        "pending_payment": "等待买家付款",
        "paid": "买家已付款，等待卖家发货",
        "shipped": "卖家已发货，等待买家确认",
        "delivered": "卖家已发货，等待买家确认",
        "completed": "交易成功",
        "cancelled": "交易关闭",
        "refunded": "交易关闭",
    },
    "shopify": {
        "pending_payment": "pending",
        "paid": "paid",
        "shipped": "fulfilled",
        "delivered": "fulfilled",
        "completed": "fulfilled",
        "cancelled": "voided",
        "refunded": "refunded",
    },
}
