"""What invented people are made of: names, streets, estates and towns, none of them anybody's."""

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文玉红建国海燕晓小春雪梅婷倩宇轩浩然子涵欣怡佳琪思远志鹏俊峰"
DISTRICTS = (
    "广东省深圳市南山区", "广东省深圳市福田区", "广东省广州市天河区", "浙江省杭州市西湖区", "浙江省宁波市鄞州区",
    "江苏省南京市鼓楼区", "江苏省苏州市姑苏区", "四川省成都市武侯区", "湖北省武汉市洪山区", "山东省青岛市市南区",
    "北京市朝阳区", "北京市海淀区", "上海市浦东新区", "上海市徐汇区", "天津市河西区", "重庆市渝北区",
)  # fmt: skip
ROADS = (
    "人民",
    "解放",
    "建设",
    "中山",
    "和平",
    "文化",
    "学府",
    "滨江",
    "科技",
    "长江",
    "黄河",
    "迎宾",
    "新华",
    "光明",
    "青年",
    "湖滨",
)
ESTATES = (
    "阳光",
    "锦绣",
    "碧水",
    "金色",
    "翠湖",
    "紫荆",
    "江南",
    "东方",
    "世纪",
    "花香",
    "丽景",
    "云山",
    "星河",
    "绿洲",
    "御龙",
    "枫林",
)
KINDS = ("花园", "家园", "小区", "新村", "雅苑", "华庭", "名邸", "公馆")
FIRST_WORDS = (
    "William Robert James John Michael Thomas Richard Charles Joseph David Daniel Matthew Anthony Christopher Andrew "
    "Benjamin Samuel Alexander Nicholas Edward Elizabeth Margaret Katherine Jennifer Patricia Susan Rebecca Deborah "
    "Christine Victoria Samantha Jessica Amanda Stephanie Abigail Theodora José Zoë Björn Chloé Noëlle Renée"
)
FIRST = FIRST_WORDS.split()
LAST_WORDS = (
    "Smith Johnson Brown Taylor Wilson Davies Evans Walker Wright Robinson Thompson White Hughes Edwards Green Hall "
    "Wood Harris Lewis Martin Jackson Clarke Cooper Ward Turner Hill Moore Morris Baker King Morgan Allen Müller Núñez "
    "Fischer García Rossi Novák Dubois Jensen Larsson Okafor Petrov Silva Kowalski Andersson Hoffmann Moreau"
)
LAST = LAST_WORDS.split()
STREETS_WORDS = (
    "Maple Oak Cedar Willow Station Church Park Mill Victoria Queen King Bridge Garden Lake River Hill Meadow Orchard "
    "Castle Spring"
)
STREETS = STREETS_WORDS.split()
WAYS = ("Street", "Road", "Avenue", "Lane", "Drive", "Court")
TOWNS_WORDS = (
    "Ashford Brookfield Carlton Denham Eastwood Fairview Greenfield Hartley Ironbridge Kingsley Linwood Milford "
    "Northgate Oakham Preston Riverton"
)
TOWNS = TOWNS_WORDS.split()
PICKUP = "{}菜鸟驿站{}号店"
