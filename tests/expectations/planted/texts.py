"""Free texts as clerks write them: private values in many spellings, and texts that only look as if they held one."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.expectations.planted.people import Person, people

Spelling = Callable[[str], str]


def _grouped(*sizes: int, by: str) -> Spelling:
    def spell(text: str) -> str:
        parts, at = [], 0
        for size in sizes:
            parts.append(text[at : at + size])
            at += size
        return by.join([*parts, text[at:]])

    return spell


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


SPELLINGS: Mapping[str, Mapping[str, tuple[Spelling, ...]]] = {
    "dev": {
        "resident_id": (
            str, str, str.lower, _full_width, _grouped(6, 8, by=" "), _grouped(6, 8, by="_"), _grouped(6, 4, 2, 2, by="/"),
            _grouped(6, 8, by="\u200b"), _grouped(6, 8, by="-"),
        ),
        "phone": (
            str, str, lambda t: "+86" + t, lambda t: "+86 " + t, lambda t: "0086" + t, _grouped(3, 4, by=" "), _grouped(3, 4, by="-"), _full_width,
        ),
        "landline": (str, lambda t: "(" + t.replace("-", ")"), lambda t: t.replace("-", " "), lambda t: t.replace("-", "－")),
        "card": (str, _grouped(4, 4, 4, 4, by=" ")),
        "passport": (str, str.lower), "permit": (lambda t: "通行证" + t,), "disability": (str, _grouped(18, by=" ")), "student": (str,),
        "name": (str,),
    },
    "held_out": {
        "resident_id": (
            str, str, _grouped(3, 3, 4, 4, by=" "), _grouped(6, 8, by="."), _grouped(6, 8, by="·"), _grouped(6, 8, by="\\"),
            _grouped(6, 4, 2, 2, by="_"), _grouped(1, 5, 8, by="\u2060"), _grouped(14, by=" "), lambda t: " ".join(t),
        ),
        "phone": (
            str, str, lambda t: "(+86)" + t, lambda t: "86-" + t, lambda t: "+86-" + t[:3] + "-" + t[3:7] + "-" + t[7:], _grouped(3, 4, by="."),
            _grouped(3, 4, by="\u00a0"), _grouped(3, 4, by="\ufeff"), _grouped(7, by=" "),
        ),
        "landline": (str, lambda t: "（" + t.replace("-", "）"), lambda t: t.replace("-", "—"), lambda t: "+86-" + t[1:], lambda t: t + "转802"),
        "card": (str, _grouped(6, by=" "), _grouped(4, 4, 4, 4, by="-")),
        "passport": (str,), "permit": (lambda t: "港澳居民来往内地通行证（" + t + "）",),
        "disability": (str, _grouped(18, by="-")), "student": (str, str.lower), "name": (str,),
    },
}  # fmt: skip

PLANTED: Mapping[str, tuple[str, ...]] = {
    "dev": (
        "户主{name}，身份证{resident_id}", "联系电话{phone}", "电话：{phone}，{name}", "{name}{phone}", "已电话核实（{phone}）",
        "身份证号{resident_id}电话{phone}", "{resident_id}{phone}", "办公室{landline}", "一卡通：{card}", "打到{card}上了",
        "护照{passport}", "境外务工，护照号：{passport}", "{permit}", "残疾证{disability}", "持证号{disability}二级", "学籍号{student}",
        "与{other}家共用", "{other}的邻居", "由{other}代领", "同{other}一户", "已并入{other}名下", "{other}", "找{other}签字",
        "2025-06-01{phone}", "3口人，{phone}，已验收", "编号{resident_id}", "补助打入{name}账户{card}", "{landline}找{other}",
        "户主：{name}", "联系人:{name} {phone}",
    ),
    "held_out": (
        "该户负责人为{name}（{resident_id}）", "手机号码 {phone} 已停机", "请拨{phone}联系", "{phone} {name}", "{name}/{phone}/{resident_id}",
        "{phone}{resident_id}", "座机{landline}，上班时间", "卡号 {card} 有误", "农商行{card}", "出国，证件{passport}", "{passport}（护照）",
        "{permit}", "残联核定{disability}", "{disability}", "转学，全国学籍{student}", "{other}已去世", "原登记在{other}头上", "和{other}是兄弟",
        "{other}、{name}两户合建", "让{other}去村委会", "房子卖给{other}了", "（{other}代）", "竣工20250610验收人{other}", "1.身份证：{resident_id}；2.电话：{phone}",
        "补发1500元，{phone}", "见{other}一行", "经办人：{name}", "第3组{other}反映", "{other}家厕所已拆", "村医{other} {landline}",
    ),
}  # fmt: skip

HONEST: Mapping[str, tuple[str, ...]] = {
    "dev": (
        "已验收", "2025年6月10日竣工", "2025-06-01至2025-06-30", "20250601 20250630", "补助1500元", "投资13912345678元", "合计 15012345678.50 元",
        "共13800000000公斤", "合同编号13912345678", "合同 2025-0601-001", "990101100201", "行政村代码990101100201", "X001460322", "C001460322路段",
        "G98国道K13+250", "地块编码4603221002020100001", "统一社会信用代码91460300MA5ABCDE1X", "信用代码914403001922038216", "里程 12345.678 公里",
        "0.1234567890123456", "12345678901", "经度109.512345纬度18.254321", "109.51234567,18.25432156", "第1-3-5-7-9-11-13组", "面积138.5亩，其中水田91.25亩",
        "王家村与李家村交界", "张家湾水库", "高标准农田", "马铃薯换种黄瓜", "方案已报", "安全饮水达标", "孙家庄小学旁", "周边道路硬化", "江边第二户", "黄牛3头白鹅20只",
        "陈旧设施", "杨树林地", "高山移民搬迁", "农历2025年正月", "3、5、7户未通水", "见附件2025060112", "发票号码01234567890", "湘财农〔2025〕12号", "林下经济", "胡同口",
        "订单20250610123456789", "资产编号0898202500012", "申请2025年度项目资金", "联系不上", "负责人未到场", "户主外出务工", "联系人不详", "姓名有误，请核对", "电话号码缺失",
    ),
    "held_out": (
        "验收合格", "二〇二五年六月", "2025.6.1—2025.8.31", "202506012025063000", "总投资15812345678.00元", "产值18612345678 元", "17700000000斤", "协议号：15912345678",
        "凭证号13800138000", "990122100200", "区划代码 990122100200", "Y123460107", "CE01460322道路", "S215线K0+000至K13+800", "宗地46032210020201JC00012F00010001",
        "图斑号 4603220010020001", "91440101MA5ABCDE1X为合作社", "5246032230000001XB", "H=1234.5678米", "3.14159265358979", "98765432109", "N18°15′15.5″E109°30′45.6″",
        "E109.512345", "1/3/5/7/9/11/13/15/17/19号楼", "130 159 200 450 1300", "宋庄、许家坪两村", "田家堡水厂", "曹家大院保护修缮", "唐代古井", "丁字路口", "任务已完成", "程序合规",
        "余下部分明年建", "汪塘清淤", "薛家沟护坡", "袁隆平杂交水稻品种", "叶菜类种植", "钟表厂宿舍", "夏季汛期", "田间道路", "水电齐全", "金银花基地", "土豆丰收", "曾经贫困", "卢沟桥头",
        "文号琼农字[2025]188号", "招标编号HNZC2025061000123", "流水号202506100000000123", "图号0731-2025-001", "设备编码E2025061", "批次20250610-0012-0345", "戴口罩检测", "董事会决议",
        "联系方式变更", "负责人：无", "姓名重复", "户主去世", "村民自筹", "任何问题找村委会", "第12—15户", "蒋村镇污水管网",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A text, and the private values in it by kind; none in an honest one."""

    text: str
    secrets: Mapping[str, str] = field(default_factory=dict)


def texts(half: str, everyone: list[Person], seed: int = 1, rounds: int = 12) -> list[Text]:
    """Every template of a half several times over, each with other people and spellings."""
    rng = random.Random(f"texts {half} {seed}")
    made = [Text(text) for text in HONEST[half]]
    for template in PLANTED[half] * rounds:
        person, other = rng.sample(everyone, 2)
        secrets, written = {}, {}
        for kind in SPELLINGS[half]:
            value = getattr(person, kind)
            written[kind] = rng.choice(SPELLINGS[half][kind])(value)
            if f"{{{kind}}}" in template:
                secrets[kind] = value
        if "{other}" in template:
            secrets["other_name"] = other.name
        made.append(Text(template.format(other=other.name, **written), secrets))
    return made


def everyone(half: str) -> list[Person]:
    """The people of a half's ledger."""
    return people(half, 200)
