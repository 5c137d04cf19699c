"""People at their browsers: what they press in either language, and what every page that they see must be."""

import re

from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from shopadmin import testing

WORDS = {
    "en": {
        "upload": "Upload and check", "import": r"Import \d+ rows?", "imported": "Imported",
        "code": "Cash on delivery refused three times or more", "draft": "draft",
        "incident": "from an incident", "submit": "Put to review", "tier": "Its code needs evidence of E2 at least",
        "attach": "Attach evidence", "attached": "Attach", "change": "Change", "save": "Save",
        "no": "No", "not ours": "not the shop's fault", "waiting": "waiting for review",
        "approve": "Approve this label", "approve it": "Approve this label", "approved": "approved",
        "told": "They have it already", "told it": "The buyer has the notice already", "active": "active",
        "act": "Let the rule act", "acts": "Acts", "rule": "Hold grave cases", "held": "Held for review",
        "by itself": "Released by itself", "pieces": "2 pieces", "ship": "Mark as shipped",
        "not yet": "Held for review: not to be shipped", "wrong": "This is wrong",
        "paused": "objected to", "objection": "The objection", "objects": "Write down what the buyer says",
        "pause": "Pause the label",
        "decide": "Decide", "right": "The buyer is right: what the label says is wrong", "corrected": "corrected",
        "says": "I was never rung", "shipped": "The parcel is recorded.",
    },
    "zh": {
        "upload": "上传并检查", "import": r"导入 \d+ 条", "imported": "导入完成",
        "code": "货到付款拒收三次以上", "draft": "草稿", "incident": "来自异常记录",
        "submit": "提交审核", "tier": "此类标签至少需要 E2 级证据", "attach": "添加证据", "attached": "添加",
        "change": "更改", "save": "保存", "no": "否",
        "not ours": "非店铺过失", "waiting": "待审核", "approve": "通过此标签", "approve it": "通过此标签",
        "approved": "已通过", "told": "买家已知悉", "told it": "买家已收到通知（其他方式）", "active": "生效",
        "act": "让规则生效", "acts": "生效中", "rule": "严重情况暂缓", "held": "暂缓待审", "by itself": "自动放行时间",
        "pieces": "2 份", "ship": "标记为已发货", "not yet": "订单暂缓待审：放行前不能发货", "wrong": "这不对",
        "paused": "申诉中", "objection": "查看申诉",
        "objects": "记录买家的说法", "pause": "暂停标签", "decide": "裁定",
        "right": "买家有理：标签内容有误", "corrected": "已更正", "says": "没有人给我打过电话",
        "shipped": "包裹已登记。",
    },
}  # fmt: skip
# English as it is read at a desk, Chinese as on a phone in the dark.
LOOKS = {"en": (1280, "light"), "zh": (360, "dark")}


class Walk:
    """People at their browsers, and what each page must be: accessible, and no wider than its screen."""

    def __init__(self, shop: Flask, browser: Browser, address: str, language: str) -> None:
        self.shop, self.browser, self.address, self.language = shop, browser, address, language
        self.words = WORDS[language]
        self.looked_at: set[str] = set()

    def person(self, *points: str, is_owner: bool = False) -> Page:
        """A window of somebody who may do just this."""
        width, theme = LOOKS[self.language]
        client = testing.sign_in(self.shop, testing.make_account(self.shop, *points, is_owner=is_owner))
        with client.session_transaction() as cookie:
            cookie.update({"language": self.language, "theme": theme})
        session = client.get_cookie("session")
        assert session is not None
        context = self.browser.new_context(
            base_url=self.address, viewport={"width": width, "height": 800}, bypass_csp=True
        )
        context.add_cookies([{"name": "session", "value": session.value, "url": self.address}])
        return context.new_page()

    def control(self, page: Page, word: str) -> Locator:
        """The button or the link of this word."""
        named = re.compile(rf"^\s*{re.escape(self.words[word])}\s*(#\d+)?$")
        return page.get_by_role("button", name=named).or_(page.get_by_role("link", name=named)).first

    def press(self, page: Page, word: str) -> None:
        """Press what this word stands on, and wait for the page that it leads to."""
        testing.follow(self.control(page, word))

    def sees(self, page: Page, *words: str) -> None:
        """The page says so."""
        for word in words:
            expect(page.get_by_text(self.words[word]).locator("visible=true").first).to_be_visible()

    def looks_well(self, page: Page, name: str) -> None:
        """Nothing for axe, nothing beyond the screen; the kind of page is looked at once."""
        if name in self.looked_at:
            return
        self.looked_at.add(name)
        width, _theme = LOOKS[self.language]
        assert testing.axe_finds(page) == [], name
        assert testing.page_width(page) <= width, name
