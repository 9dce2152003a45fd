"""The patterns by which a period, and what only looks like one, is known in a text without spaces.

Tables only; how they are applied stands in ``texts``.
"""

from __future__ import annotations

import re
from typing import Literal

Grain = Literal["day", "month", "quarter", "term", "half", "year", "school_year"]
Why = Literal["no_month", "several", "minguo", "ganzhi", "lunar", "term", "january"]

TO = "[-~—–―至到]"
YEAR = r"(?<!\d)(?<!\d\.)(?P<year>(?:19[5-9]|20[0-4])\d)"
MONTH = r"(?P<month>1[0-2]|0?[1-9])"
_M = r"(?:1[0-2]|0?[1-9])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_Y = r"(?<!\d)(?<!\d\.)(?:19[5-9]|20[0-4])\d"
_DATE = rf"{_Y}(?:年度?|[-./])(?:\d{{1,2}}(?:[-月./](?:\d{{1,2}}[日号]?)?)?)?"
_FULL = rf"{_Y}[-年./]\d{{1,2}}[-月./]\d{{1,2}}[日号]?"

NOT_A_PERIOD = re.compile(
    r"(?:填报|填表|制表|报送|上报|打印|导出|下载|生成|审核|编制|报出|盖章|录入|更新|发布|批准|截[止至])"
    rf"(?:(?:日期|时间|期限|于|日)[:：]?{_DATE}|[:：]{_DATE})"
    rf"|(?:填报|填表|制表|报送|上报|打印|导出|下载|生成|审核|编制|报出|盖章|录入|更新|发布|批准)于?{_DATE}(?<=[日号])"
    rf"|{_FULL}(?:填报|填表|填制|制表|报送|上报|打印|导出|下载|生成|盖章|更新)"
    rf"|(?:打印|导出|下载|生成|印制){_DATE}"
    rf"|有效期限?[至到:：]*{_DATE}"
    r"|[〔\[【(]\d{4}[〕\]】)](?=第?\d*号)"
    rf"|自{_DATE}(?:起|以来|至)?"
    rf"|{_Y}(?:年度?)?(?:{_M}月?)?(?:{_DAY}[日号])?"
    r"(?:(?:第?[\d一二三四五六七八九十]*|新)版|修[订改正编]|以来|起(?!点)|印[发制]|[制颁审]定|颁布|施行|试行|发布|标准|制(?=[)）]|$)|至今)(?!机关|单位|部门|机构|文号)"
    rf"|(?:同比|对比|较|比|与)(?:上年同?期?)?{_DATE}"
    r"|[Vv](?:er)?\.?\d+(?:\.\d+)*"
    r"|(?<!\d)(?:19|20)\d{6}[-_T]?\d{4}(?:\d\d)?(?!\d)"
    rf"|{_Y}[-./]\d\d?[-./]\d\dT?(?!00:?00)\d{{1,2}}:\d\d(?::\d\d)?"
)
"""What is no period though it names a year or a day: a form's own version, a document number, when it was printed."""

_LUNAR_MONTH = r"(?:\d{1,2}|[正冬腊十]|闰)月"
UNREAD: tuple[tuple[Why, re.Pattern[str]], ...] = (
    ("minguo", re.compile(r"民国(?:\d{1,3}|元)年度?(?:\d{1,2}月(?:份)?)?")),
    (
        "ganzhi",
        re.compile(
            rf"(?:[甲丙戊庚壬][子寅辰午申戌]|[乙丁己辛癸][丑卯巳未酉亥])年(?:{_LUNAR_MONTH})?",
        ),
    ),
    ("lunar", re.compile(rf"(?:农历|阴历|旧历|夏历)(?:\d{{4}}年)?(?:闰?{_LUNAR_MONTH})?|[正腊冬]月")),
    (
        "no_month",
        re.compile(rf"{_Y}年度?(?:0+|1[3-9]|[2-9]\d|十[三四五六七八九]|[二三]十[一二三四五六七八九]?)月"),
    ),
    (
        "several",
        re.compile(
            rf"(?:{_Y}年度?)?(?<!\d){_M}月?(?:[、和及与]{_M}月?)*[、和及与](?:{_Y}年度?)?{_M}月(?!\d)"
        ),
    ),
    ("term", re.compile(rf"{_Y}年度?(?:第?[12]学期|[上下]学期)|{_Y}学年度?[春秋]季?学?期?")),
    ("january", re.compile(r"^(?:19[5-9]|20[0-4])\d\.1$")),
)
"""What names a period in a way that is not taken, by the reason."""

_NEXT = r"(?P<next>(?:20)?\d\d)(?!\d)"
READINGS: tuple[tuple[Grain, re.Pattern[str]], ...] = (
    (
        "term",
        re.compile(
            YEAR
            + rf"年?(?:{TO}|/){_NEXT}(?:学年度?|年)?[-_(]?第?(?P<of_school_year>[12上下春秋])(?!\d|半年)季?学?期?"
        ),
    ),
    ("term", re.compile(YEAR + r"学年度?第?(?P<of_school_year>[12上下])学?期")),
    ("term", re.compile(YEAR + r"年?(?P<season>[春秋])(?![节耕播收种运分])(?:季?学?期|季)?")),
    ("school_year", re.compile(YEAR + rf"年?(?:{TO}|/){_NEXT}学年度?")),
    ("school_year", re.compile(YEAR + rf"(?:{TO}|/)(?P<next>20\d\d)(?![\d年./])")),
    ("half", re.compile(YEAR + r"年?度?(?P<half>[上下])半年度?")),
    ("quarter", re.compile(YEAR + rf"年?度?(?:前|第?(?P<since_quarter>1){TO}第?)(?P<quarter>[1-4])个?季度?")),
    ("quarter", re.compile(YEAR + r"年?度?[-_]?(?:第?(?P<quarter>[1-4])季度?|[Qq](?P<q>[1-4])(?!\d))")),
    ("month", re.compile(YEAR + rf"年?度?前{MONTH}个?月".replace("(?P<month>", "(?P<first_months>"))),
    (
        "month",
        re.compile(
            rf"(?<!\d)(?<!\d\.)(?P<since_year>(?:19[5-9]|20[0-4])\d)[-年./](?P<since>{_M})(?:[-月./](?:(?P<since_day>{_DAY})[日号]?)?)?{TO}"
            + YEAR.removeprefix(r"(?<!\d)(?<!\d\.)")
            + rf"[-年./]{MONTH}(?!\d)(?:[-月./](?:{_DAY}[日号]?)?)?"
        ),
    ),
    (
        "month",
        re.compile(
            YEAR
            + rf"[年.](?P<since>{_M})(?:月(?:(?P<since_day>{_DAY})[日号])?)?{TO}{MONTH}月份?(?:{_DAY}[日号]|底|末)?"
        ),
    ),
    ("month", re.compile(rf"截[至止]到?{YEAR}[-年./]{MONTH}[-月./]{_DAY}日?")),
    ("day", re.compile(YEAR + rf"[-年./_]{MONTH}[-月./_](?P<day>{_DAY})(?:日|号|(?!\d))")),
    ("day", re.compile(YEAR + rf"[-年./_]{MONTH}[-月./_](?P<day>{_DAY})(?=T?00:?00)")),
    ("day", re.compile(YEAR + r"(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)")),
    ("month", re.compile(YEAR + rf"(?:年度?{MONTH}月|[-./_]{MONTH.replace('month', 'm')}(?![\d]))")),
    ("month", re.compile(YEAR + r"(?P<month>0[1-9]|1[0-2])(?!\d)")),
    ("month", re.compile(YEAR + r"年(?P<month>0[1-9])(?!\d)")),
    ("month", re.compile(YEAR + r"年?(?P<end>全年|年?末|年?底|年终)")),
    ("year", re.compile(YEAR + r"(?![-./_]?\d|年度?\d+月)")),
)
"""How a period with its year is written, the most telling first; what one has read the next does not see."""

SPAN_OF_YEARS = re.compile(rf"{_Y}年?度?(?:{TO}|/)(?:(?:19|20)\d\d(?![-./]?\d)|\d\d年)年?度?")
"""A plan's years (2021-2025年): no period, nor is either of its ends."""

_AFTER = "(?![村镇乡街])"
ALONE: tuple[tuple[Grain, re.Pattern[str]], ...] = (
    ("term", re.compile(r"(?P<season>[春秋])季?学期|(?P<season_>[春秋])季(?!度)")),
    ("term", re.compile(r"(?:第(?P<of_school_year>[12])|(?P<of_school_year_>[上下]))学期")),
    ("half", re.compile(r"(?P<half>[上下])半年")),
    ("quarter", re.compile(rf"(?:前|第?(?P<since_quarter>1){TO}第?)(?P<quarter>[1-4])个?季度")),
    (
        "quarter",
        re.compile(r"第?(?<!\d)(?P<quarter>[1-4])季度|(?<![A-Za-z0-9])[Qq](?P<q>[1-4])(?![A-Za-z0-9])"),
    ),
    ("month", re.compile(rf"前{MONTH}个月".replace("(?P<month>", "(?P<first_months>"))),
    ("month", re.compile(rf"(?<!\d)(?P<since>{_M})月?{TO}{MONTH}月(?!\d)份?")),
    (
        "month",
        re.compile(
            rf"(?<!\d)(?P<since>{_M})月(?P<since_day>{_DAY})[日号]?{TO}{MONTH}月(?:{_DAY}[日号]|底|末)"
        ),
    ),
    ("month", re.compile(rf"截[至止]到?{MONTH}月(?:{_DAY}[日号]|底|末|份|(?!\d))")),
    ("month", re.compile(rf"(?<!\d){MONTH}月(?!\d){_AFTER}(?:份|底|末)?")),
)
"""Parts of a year without it; a month's folder (06) is known apart."""

MONTH_FOLDER = re.compile(r"^(?P<month>1[0-2]|0[1-9])$")
CUMULATIVE = re.compile(r"累计|累积|截[至止](?!日期|时间|期限)")

CHINESE_YEAR = re.compile(r"[一二][〇○零0一二三四五六七八九]{3}(?=年)")
CHINESE_COUNT = re.compile(
    r"(?<![一二三四五六七八九十])(十[一二]?|[一二三四五六七八九])"
    rf"(?=(?:个?月|个?季度?|学期)|{TO}(?:十[一二]?|[一二三四五六七八九])(?:月|季度))"
)
CHINESE_AFTER = re.compile(r"(?<=[-~—–―至到])(十[一二]?|[一二三四五六七八九])(?=月|季度)")
CHINESE_DAY = re.compile(
    r"(?<=月)(三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九])(?=[日号])"
)
CHINESE_ERA = re.compile(r"(?<=民国)([一二三四五六七八九十百零〇]+)(?=年)")
FIRST_MONTH = re.compile(
    r"(?<!农历)(?<!纪)元月|(?<![\d])元(?=[至到-]\d{1,2}月|[至到](?:十[一二]?|[一二三四五六七八九])月)"
)
SHORT_YEAR = re.compile(
    r"(?<![\d.第近前])(?<!民国)(?P<short>[123]\d)年(?=度?(?:\d{1,2}月|\d{1,2}[-~至到]\d|第?[1-4]季度|[上下]半年|[春秋]))"
)
_UNIT = "万亿千百亩元公米吨斤户人个%‰度分km平㎡厘倍岁年折℃"
SHORT_DOTTED = re.compile(
    rf"(?<![\d.\-A-Za-z第表件章节图])(?P<short>[23]\d)\.(?P<month>1[0-2]|0?[1-9])(?P<day>\.{_DAY})?(?![\d.{_UNIT}])"
)
SHORT_SCHOOL_YEAR = re.compile(r"(?<!\d)(?P<short>[0-3]\d)(?P<to>[-~—–―至/])(?P<next>[0-3]\d)(?=学年)")
