"""What a text says of there being nothing: nil, nothing new, as before, or something that must be asked about.

Asked only where a file has no rows. ``无`` alone means little (无害化, 核对无误, 无法报送), so a text counts only where
what is lacking is the dataset's own matter. How clerks write it: 零报告 as the rules on reporting (``零报告制度``) have it,
本月无新增, 本期无, 没有新增改厕户, or a bare 无.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from expectations.contracts.model import Contract

Saying: TypeAlias = Literal["", "nil", "new", "unchanged", "unclear"]


@dataclass(frozen=True)
class Said:
    """What a text says.

    Attributes:
        saying: ``nil``: there is nothing; ``new``: nothing new, which of a list of all there is says nothing; ``unchanged``:
            as before; ``unclear``: not to be told; ``""``: none of this.
        text: The words that say it, and no more of the sentence: it may name people.
    """

    saying: Saying
    text: str = ""


SILENT = Said("")

_WEIGHT: dict[Saying, int] = {"": 0, "nil": 1, "new": 2, "unchanged": 3, "unclear": 4}
_POLITE = re.compile(
    r"[，,]?(?:请|恳请|敬请)(?:予以?|领导|上级)?(?:审[核阅批示定]+|查[收阅]|知悉|备案|批示|指示)"
)
_INSTRUCTS = re.compile(
    r"如(?![下实期])|若|倘|凡|请|[必务]?须|应当|应[报按]|的,?应|应?填[“\"'写为]|不得|是否|有无|零报告(?:制度|要求|规定)|实行|一律|的话|^(?:填[表报])?说明:"
)
_UNCHANGED = re.compile(
    r"(?:无|没有?|未|未有|不)(?:任何)?(?:发生)?(?:变[化动更]|增减|调整)|不变|(?:[与同和]|沿用)上(?:个?月|期|季度?|年|次)|维持(?:原|现)"
)
_EXCEPT = re.compile(
    r"除|其余|其他(?:乡|镇|村|县|街道|地区|单位)|以外|之外|个别|部分(?:乡|镇|村|县)|上(?:个?月|期|季度?|年)|去年"
)
_REPORT = re.compile(
    r"(?P<not>不是|不属|并?非|取消|停止|不再(?:实行)?)?(?:[零〇○]|(?<![\d.])0)[“”\"]?(?:报告|申报|上报|报送|报)"
    r"(?P<of>情?况?(?:统计|汇总|登记|一览|[名清]单|通知|通报|说明))?"
)
_WHOLE = re.compile(r"(?:[本当该此](?:月份?|期|季度?|学期|年度?))?(?:暂|均|全)?(?:无|没有|零|空)")
_NO = re.compile(r"(?P<no>没有|无|没|未有?|零|(?<![\d.])0(?![\d.]))(?P<what>[^,;:()。“”\"]*)")
_SUBJECT = re.compile(
    r"(?:^|[,:(\-—_\s“\"]|月份?|[本当该此上]期|季度?|学期|年度?|[镇乡县区市村]|街道|单位|台账|名单|名录|报表|[一-鿿]表|情况|[一-鿿]数[为是:]?|数据[为是:])"
    r"(?:共|仍|均|暂时?|尚|也|都|确实?|内|已|全部|经?(?:核[查实对]|[排摸]查|摸排|统计|调查|了解))*$"
)
_BEFORE = re.compile(
    r"(?:(?:[本当该此]?(?:月份?|期|季度?|学期|年度?)|(?<!\d)\d{1,2}月份?|全[县乡镇区市]|[我本][县乡镇区村])?(?:共|仍|均|暂时?|尚|也|都|确实?)*)?$"
)
_ANOTHER_MATTER = re.compile(
    r"误|害|障碍|偿|效|线|人机|证|房|力|异常|问题|违|重复|遗漏|漏|差|错|缺|隐患|意见|异议|举报|投诉|拖欠|逾期|不|锡|为|棣|极"
)
_NOT_SENT = re.compile(r"需|须|法|上报|报送|收到|收齐|提供|完成|验收|填|汇总")
_SOME = re.compile(
    r"(?:新[增建改]|完成|改造)[^,无没未]{0,8}?[1-9]\d*(?:\.\d+)?(?:户|个|座|人|名|条|处|公里|亩)"
)
_UNIT = re.compile(r"[户个座人名条处亩]|公里")
_NEW = re.compile(r"新|增|发生|产生")
_COMMON = re.compile(
    r"新增加?|新建设?|新改造?|新识别|新纳入|新认定|新发生|发生|产生|开展|实施|建设|改造|增加|数据|情况|记录|内容|信息|任务|项目|人员|对象|"
    r"上报|报送|申报|登记|纳入|识别|任何|相关|有关|此[项类]|这[项类]|该[项类]|农村|农户|村民|群众|学生|工作|事项|业务|本[月期]|当[月期]|"
    r"户数?|人数?|[个座条名行的了可应所数量者生及和与等处]|公里"
)
_NONE_NEW = re.compile(
    r"新[增建改](?:[一-鿿]{0,6}?)[:为是]?0(?:\.0+)?(?:户|个|座|人|名|条|公里|处)?(?![\d.])"
)
_PLAIN_CHARACTER = re.compile(r"[一-鿿]")
_ENOUGH = 0.5


def matter_of(contract: Contract) -> frozenset[str]:
    """The characters of a dataset's own words: its title and the columns that every row must have."""
    words = [contract.title, *(column.title for column in contract.columns if column.required or column.key)]
    return frozenset(_PLAIN_CHARACTER.findall("".join(words)))


def said(text: str, matter: frozenset[str]) -> Said:
    """What a text says; of several sentences the one that leaves most to be asked.

    Args:
        text: As written.
        matter: Of the dataset.

    >>> said("本月无新增", frozenset("改厕")).saying
    'new'
    >>> said("经核对无误", frozenset("改厕")).saying
    ''
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return heaviest(_sentence(one, matter) for one in re.split(r"[。;!\n]", plain) if one)


def heaviest(found: Iterable[Said]) -> Said:
    """The one that leaves most to be asked; the first of equals."""
    return max(found, key=lambda one: _WEIGHT[one.saying], default=SILENT)


def is_nothing(text: str) -> bool:
    """Whether a cell holds no more than a mark of nothing: 无, a dash, a nought."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return bool(
        re.fullmatch(
            r"(?:暂?无|没有|零|〇|空|nil|n/?a|[-—–―一/\\]+|0(?:\.0+)?(?:户|个|座|人|元|亩|公里)?)",
            plain,
            re.IGNORECASE,
        )
    )


def is_word(text: str) -> bool:
    """Whether a mark of nothing is a word, and no figure or stroke."""
    return is_nothing(text) and bool(re.search(r"[无没零〇空a-z]", text, re.IGNORECASE))


def _sentence(text: str, matter: frozenset[str]) -> Said:
    sentence = _POLITE.sub("", text)
    if _INSTRUCTS.search(sentence):
        return SILENT
    if (same := _UNCHANGED.search(sentence)) is not None:
        return Said("unchanged", same[0])
    found = _nothing(sentence, matter)
    limit = _EXCEPT.search(sentence) or _SOME.search(sentence)
    return Said("unclear", f"{limit[0]}…{found.text}") if found.saying and limit else found


def _nothing(sentence: str, matter: frozenset[str]) -> Said:
    if (report := _REPORT.search(sentence)) is not None:
        return Said("unclear" if report["not"] or report["of"] else "nil", report[0])
    bare = sentence.strip("()[]【】“”\"'.,:")
    if _WHOLE.fullmatch(bare):
        return Said("nil", bare)
    if (none_new := _NONE_NEW.search(sentence)) is not None:
        return Said("new", none_new[0])
    found = [
        (_lacking(one["no"], one["what"], matter), _BEFORE.findall(sentence[: one.start()])[0], one[0])
        for one in _NO.finditer(sentence)
        if _SUBJECT.search(sentence[: one.start()])
    ]
    # 无公章无效 is no question: only of a month, or of the place, may it be meant.
    return heaviest(
        Said(saying, when + words) for saying, when, words in found if when or saying != "unclear"
    )


def _lacking(no: str, what: str, matter: frozenset[str]) -> Saying:
    """What it says that something is lacking; 无 with nothing behind it means the dataset itself."""
    if not what:
        return "nil" if no in ("无", "没有", "零", "0") else ""
    if no in ("零", "0"):
        return "nil" if _UNIT.fullmatch(what) else ""
    if _ANOTHER_MATTER.match(what):
        return ""
    if _NOT_SENT.match(what) and not (no == "无" and what.startswith(("上报", "报送", "填报"))):
        return "unclear"
    rest = _PLAIN_CHARACTER.findall(_COMMON.sub("", what))
    if rest and sum(one in matter for one in rest) < _ENOUGH * len(rest):
        return "unclear"
    return "new" if _NEW.search(what) else "nil"


_WHEN: dict[str, str] = {
    "monthly": "2025年6月",
    "quarterly": "2025年二季度",
    "termly": "2024-2025学年第二学期",
    "yearly": "2025年",
}


def wording(contract: Contract, place: str = "", period: str = "") -> str:
    """A title that makes an empty table a nil report, as its sender is told: ``清河镇2025年6月农村改厕台账零报告``."""
    where = place or ("清河县" if contract.coverage == "county" else "清河镇")
    return f"{where}{period or _WHEN[contract.frequency]}{contract.title}零报告"


HOW = "本期确实没有数据的，请在标题里写明地区、所属期、表名和“零报告”，再报一次。"
"""The same, where the dataset is not known."""


def how(contract: Contract) -> str:
    """How to write a nil report, for a sender who has to write one anew."""
    return f"本期确实没有数据的，请在标题里写明地区、所属期和“零报告”，如“{wording(contract)}”，表头下不填行，再报一次。"
