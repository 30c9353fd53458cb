"""The words that point at a link: what leads to it, what people do there, what it is called."""

import re
from typing import Final


def _words(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


POLITE: Final = _words(
    r"敬?请您?|烦请|您?也?可以?|您|亦可|还可以?|也|欢迎|建议|如需|如欲|若需|如要|想要|需要|欲|及时|随时|进一步",
    r"同时|或者?|并|先|再|均|都|另|一下",
    r"\b(?:please|pls|kindly|you|can|could|may|also|just|or|and|then)\b",
)
# Verbs and prepositions that lead to a link; without it they lead nowhere.
LEADING: Final = (
    r"[详可参请]?(?<![意预常罕再会成偏高主起])见|查看|参见|参阅|参考|浏览|访问|登录|登陆|打开|点击|点开|前往|进入"
    r"|跳转至?|复制|粘贴|长按|扫描|扫码|关注|留意|通过|通往|经由?|从|位于|发布于"
    r"|(?<![收达直遇感看得找])到|(?<![甚乃截])至|(?<![存现正实所])在|(?<!关)于"
    r"|\b(?:see|visit|check(?:\s+out)?|view|open|go\s+to|click(?:\s+(?:on|here))?|tap(?:\s+on)?|refer\s+to"
    r"|look\s+at|browse|at|on|via|from|through|under|here)\b"
)
LEADS: Final = _words(LEADING)
# The same, but too short to be known for sure within other words.
SHORT_LEADS: Final = _words(r"[看阅上去用点戳扫]", r"\bto\b")
DOES: Final = _words(
    r"查询|查阅|阅读|了解|获取|知悉|知晓|获知|获悉|查收",
    r"\b(?:find|read|learn|get|follow|track|know|out|up)\b",
)
TOPIC: Final = (
    r"详情|详|信息|情况|内容|进展|进度|说明|公告|通知|名单|原文|全文|细则|细节|明细|规则|条款|结果|消息|动态"
    r"|资料|指引|问答|列表|清单|方式|步骤"
    r"|\b(?:details?|information|info|updates?|progress|status|news|list|statement|notice|announcement"
    r"|schedule|calendar|rules?|terms|questions|answers|faqs?|form|guide|instructions|steps|document"
    r"|history)\b"
)
NOUNS: Final = _words(
    TOPIC,
    r"更多|具体|相关|有关|详细|最新|完整|全部|以下|下方|下列|如下|我们|我司|本公司|官方|该|此|本|各|的|为|是|即可|[内里中]",
    r"(?:短|超)?链接|连接|网址|网页|网站|官网|地址|页面|状态页|公告页|专题页|二维码|入口|平台|后台|下载|在线|网上",
    r"\b(?:for|more|further|full|complete|latest|all|the|any|our|this|that|following|its|is|are|be|been"
    r"|page|site|website|web|link|url|address|online|available|posted|published|found|listed|below"
    r"|there|about|it|in|of)\b",
)
# An item of a list has its number in front.
SIGNS: Final = re.compile(
    r"[\s:\uff1a\"'\u201c\u201d\u2018\u2019\u2192>-]+|(?<!\d)\d{1,2}[.、)\uff09](?!\d)"
)
COMMA: Final = re.compile(r"[,\uff0c、]")
VOCABULARY: Final = (POLITE, LEADS, SHORT_LEADS, DOES, NOUNS, SIGNS, COMMA)


def only_points(text: str) -> bool:
    """Return whether a text is made of such words alone, in whichever way it is divided."""
    reached = {0}
    for place in range(len(text)):
        if place in reached:
            found = (words.match(text, place) for words in VOCABULARY)
            reached |= {one.end() for one in found if one}
    return len(text) in reached
