"""The catalogue of rules: for everything that a submission may be found wrong in, its Chinese name and what is said of it.

A finding is made from a rule and facts; its sentence stands here and nowhere else. A rule that is told in several ways
has a case for each. A contract's own rules carry their texts in the contract; what a file was refused for says its
sentence where it is refused, and has only its name here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        title: Its Chinese name, for reports.
        cases: By case, ``""`` for the usual one, a sentence and what to do; facts stand in braces.
        severity: ``error`` keeps the row out, ``warning`` does not.
    """

    title: str
    cases: Mapping[str, tuple[str, str]]
    severity: Severity = "error"


@dataclass(frozen=True)
class Told:
    """What a finding says.

    Attributes:
        rule: Name in the tables.
        message: What is wrong, in Chinese; one for all places, or one for each.
        remedy: What to do, in Chinese.
        severity: ``error`` or ``warning``.
    """

    rule: str
    message: str | Sequence[str]
    remedy: str
    severity: Severity = "error"


def told(rule: str, case: str = "", /, **facts: object) -> Told:
    """What is said where a rule is broken.

    Args:
        rule: A key of ``RULES``.
        case: Which of its cases.
        facts: What the sentences name.
    """
    known = RULES[rule]
    message, remedy = known.cases[case]
    return Told(rule, message.format(**facts), remedy.format(**facts), known.severity)


def title_of(rule: str) -> str:
    """The Chinese name of a rule or refusal; the name itself where the catalogue has none (a contract's own rules)."""
    known = RULES.get(rule)
    return known.title if known else REFUSALS.get(rule, rule)


def _one(title: str, message: str, remedy: str, severity: Severity = "error") -> Rule:
    return Rule(title, {"": (message, remedy)}, severity)


_CODE_OR_NAME = "请按最新区划填写全称，或填 12 位地区代码。"
_MORE_ABOVE = "请补填所在县（区）和乡镇，或填 12 位地区代码。"
_FORM_CELLS = "请核对表上列出的几格，改正后重报；数字无误的，请向考核办说明原因。"
_RETYPE_ID = "请对照身份证核对后重新录入 18 位号码。"

RULES: Mapping[str, Rule] = {
    # What a cell holds
    "unparsed_number": Rule(
        "不是数字",
        {
            "": ("「{title}」应填数字，这里读不出数字。", "请只填数字，单位写在表头，说明写在备注栏。"),
            "fraction": ("「{title}」应填整数{unit}。", "请核对后填整数。"),
            "separator": (
                "「{title}」这一列逗号和点的用法不一，不知这里哪个是小数点。",
                "请用“.”作小数点，不写千位分隔符。",
            ),
        },
    ),
    "footnote_mark": _one(
        "后面带有注号",
        "「{title}」后面带有注号，已去掉，按其余部分读取。",
        "请核对；注号和说明请写在备注栏。",
        "warning",
    ),
    "formula_unsaved": _one(
        "公式没有结果",
        "「{title}」这一格是公式，文件里没有存下结果，读出来是空白。",
        "请用 Excel 或 WPS 打开文件，保存后重报。",
    ),
    "date_for_number": Rule(
        "编号变成了日期",
        {
            "": (
                "「{title}」这一格是日期，不是编号：多半是编号（如 3-5）被表格软件改成了日期。",
                "请把该列设为“文本”格式后重新录入编号。",
            ),
            "serial": (
                "「{title}」这一格像日期的序列值：同列其他编号带“-”，多半是编号（如 3-5）被表格软件改成了日期。",
                "请把该列设为“文本”格式后重新录入编号。",
            ),
        },
    ),
    "number_lost_digits": _one(
        "长号码丢失末位",
        "「{title}」是被存成数值的长号码，末几位可能已丢失。",
        "请把该列设为“文本”格式后重新录入完整号码。",
    ),
    "unknown_unit": Rule(
        "单位不认识",
        {
            "": (
                "「{title}」的单位应为{wanted}，表中写的是“{printed}”，换算不了。",
                "请在「{title}」表头注明单位，如“{wanted}”。",
            ),
            "cell": ("「{title}」的单位应为{wanted}，格内写的单位换算不了。", "请按{wanted}填写数字。"),
            "form": (
                "「{title}」的单位应为{wanted}，表中写的是“{printed}”，换算不了。",
                "请按{wanted}填报，并在单位行写明。",
            ),
        },
    ),
    "ambiguous_unit": Rule(
        "单位不明确",
        {
            "": (
                "「{title}」的单位不明：标题写了{printed}。",
                "请在「{title}」表头注明单位，如“{wanted}”。",
            ),
            "cell": (
                "「{title}」表头单位是{printed}，格内又写了万、亿等，不知以哪个为准。",
                "请按表头单位{printed}只填数字。",
            ),
            "share": (
                "「{title}」的值都在 0 到 1 之间，不知是小数还是百分数。",
                "请在表头注明“%”或“小数”。",
            ),
        },
    ),
    "ambiguous_share": _one(
        "小数还是百分数不明",
        "「{title}」这一格在 0 到 1 之间，同列其他的是百分数，不知这里是小数还是百分数。",
        "请全列都填百分数，如 85 或 85%。",
    ),
    "unparsed_date": _one(
        "不是日期", "「{title}」不是日期，或没有这一天。", "请填真实的日期，如 2025-06-01。"
    ),
    "ambiguous_date": Rule(
        "日期不明确",
        {
            "": ("「{title}」看不出是哪一天。", "请写全年月日，如 2025-06-01。"),
            "system": (
                "「{title}」是文本的日期序列值，这份工作簿又从 1904 年起算日期，看不出是哪一天。",
                "请写全年月日，如 2025-06-01。",
            ),
        },
    ),
    "formula_error": _one("公式出错", "「{title}」是公式错误，不是内容。", "请改正公式，或直接填写内容。"),
    "ditto": _one("没有写出内容", "「{title}」只写了“同上”一类的字样，看不出是什么。", "请每一行都写出来。"),
    "odd_identifier": _one(
        "编号可疑", "「{title}」里没有数字，也没有字母，不像编号。", "请核对是不是填错了列。", "warning"
    ),
    "odd_name": _one(
        "姓名可疑", "「{title}」这一格不像姓名。", "请核对是不是填错了列；说明请写在备注栏。", "warning"
    ),
    "resident_id_check": Rule(
        "身份证号校验不符",
        {
            "": ("「{title}」不是有效的身份证号（位数、出生日期或校验码不对）。", _RETYPE_ID),
            "old": ("「{title}」是 15 位旧号，已停用。", _RETYPE_ID),
            "unborn": ("「{title}」中的出生日期晚于本表所属期。", _RETYPE_ID),
        },
    ),
    "credit_code_check": _one(
        "统一社会信用代码校验不符",
        "「{title}」不是有效的统一社会信用代码（位数、字符或校验码不对）。",
        "请对照登记证书核对后重新录入 18 位代码。",
    ),
    "phone_check": _one(
        "电话号码不符", "「{title}」不是 11 位手机号或带区号的座机号。", "请核对电话号码。", "warning"
    ),
    "bank_card_check": _one(
        "银行卡号校验不符", "「{title}」不是完整的卡号或账号。", "请核对卡号。", "warning"
    ),
    "private_in_text": Rule(
        "写有个人信息",
        {
            "": ("「{title}」里写有个人号码或姓名，已遮盖。", "请不要在这一列填写个人号码或姓名。"),
            "number": ("「{title}」里是手机号，不是数量。", "请不要在这一列填写个人号码或姓名。"),
        },
        "warning",
    ),
    # What a column may hold
    "missing": _one("必填项为空", "「{title}」没有填写。", "请补填「{title}」。"),
    "not_allowed": Rule(
        "不在可选项内",
        {
            "": ("「{title}」只能填：{allowed}。", "请从规定的选项中选填。"),
            "yes_no": ("「{title}」只能填“是”或“否”。", "请填“是”或“否”。"),
        },
    ),
    "out_of_range": _one("超出合理范围", "「{title}」{limits}。", "请核对数值和单位。"),
    "pattern": _one("格式不符", "「{title}」的写法不符合规定的格式{example}。", "{how}"),
    "duplicate_key": _one(
        "同一对象重复",
        "{titles}与本表前面的行重复。",
        "同一对象只填一行；请删除重复的行，或改正填错的号码。",
    ),
    "sheets_disagree": _one(
        "两张工作表说法不一",
        "{titles}与工作表“{sheet}”第 {row} 行相同，内容不同，不知以哪一行为准。",
        "请只留一张正确的工作表，或把两处改成一致，再报送整份表。",
    ),
    "guessed_column": _one(
        "列名与表样不同",
        "表头与规定不同，按「{title}」处理。",
        "请核对；下次请使用规定的列名。",
        "warning",
    ),
    # Where and when a row belongs
    "unknown_region": Rule(
        "找不到行政区划",
        {
            "": ("{where}中没有这个{level}{hint}", _CODE_OR_NAME),
            "invisible": (
                "{where}中没有这个{level}：名称看上去是{near}，但含有看不见的字符。",
                "请删去这一格的内容，重新录入名称。",
            ),
            "code": ("地区代码在区划表中不存在{hint}。", _CODE_OR_NAME),
            "ended": (
                "{place}自 {day} 起已撤销，区划表没有写明由哪一个地区接替，不能替您认定。",
                "请写明这一行现在属于哪个地区的全称或 12 位代码；{day} 以前月份的数据仍可按原名称报送。",
            ),
            "coming": (
                "{place}自 {day} 起才有，所报月份还没有这个地区。",
                "请按所报月份当时的名称或代码填写；月份写错的，请改月份。",
            ),
            "blank": ("此行没有写明地区，标题、表名和文件夹中也没有。", _CODE_OR_NAME),
            "row": ("此行的地区各列都空着；表中有地区列的，不按文件名认定。", _CODE_OR_NAME),
        },
    ),
    "ambiguous_region": Rule(
        "行政区划不唯一",
        {
            "": ("这个名称可以指多个地区：{places}。", _MORE_ABOVE),
            "file": ("文件涉及多个地区（{places}），此行没有写明是哪个。", _MORE_ABOVE),
            "village": ("只有村名，没有乡镇：不同乡镇的村会重名。", _MORE_ABOVE),
            "since": (
                "区划调整后叫这个名称的不止一个，按调整前所在的地区，取{place}（{code}）。",
                "请核对；指的是另一个的，请改填它的 12 位代码后重报。",
            ),
        },
    ),
    "unclear_place": _one(
        "地区空着，不知是否同上",
        "「{title}」空着或写“同上”，从版面看不出是不是与上一行相同。",
        "请在此行填写县（区）、乡镇、村的全称，与上一行相同的也照填；本来就不属于某个乡镇或村的，填“无”。",
    ),
    "region_conflict": _one(
        "地区前后不一",
        "地区代码是{place}，与所填{level}名称不一致。",
        "请核对地区代码与名称，改正错的一个。",
    ),
    "missing_period": Rule(
        "没有写所属期",
        {
            "": (
                "此行没有所属期，表题、文件名和文件夹中也没有。",
                "请在表题或文件名中写明所属年月，如 2025年6月。",
            ),
            "cell": ("「{title}」看不出是哪个月。", "请写明所属年月，如 2025-06。"),
            "january": (
                "「{title}」写的是年份.1，可能是 1 月，也可能是 10 月（数字 2025.10 会变成 2025.1）。",
                "请写明年月，如 2025年10月。",
            ),
        },
    ),
    "future_period": _one(
        "所属期还没有到",
        "所属期 {period} 还没有到，多半是年月写错了。",
        "请核对标题、文件名或该列的年月，改正后重报。",
    ),
    "other_version": _one(
        "按另一版表样填报",
        "这一行是 {period} 的，该期用{other}表样，而这张表按{version}核对。",
        "表样更新前后的各期请分成两张表，各按当期的表样填报。",
    ),
    "nil_beside_rows": _one(
        "零报告与数据在一个文件里",
        "工作表“{sheet}”写的是“{text}”，而这份文件的其他工作表有数据：有数据的照常处理，这张表没有按零报告计入。",
        "这张表所说的地区和所属期确实没有数据的，请另报一份零报告，标题如“{title}”；写错了的，请删去这张表。",
        "warning",
    ),
    "several_periods": _one(
        "一份文件含多期",
        "这份文件含多个所属期，已按各表的标题和工作表名分别认定：{periods}。",
        "请核对各表的所属期；认定有误的，请改正该表的标题或工作表名后重报。",
        "warning",
    ),
    "period_unread": Rule(
        "所属期写法没有采用",
        {
            "minguo": (
                "{where}“{text}”是民国纪年，没有采用；所属期按{by}“{said}”认定为 {period}。",
                "请改写为公历年月，如 2025年6月。",
            ),
            "ganzhi": (
                "{where}“{text}”是干支纪年，没有采用；所属期按{by}“{said}”认定为 {period}。",
                "请改写为公历年月，如 2025年6月。",
            ),
            "lunar": (
                "{where}“{text}”是农历，没有采用；所属期按{by}“{said}”认定为 {period}。",
                "请改写为公历年月，如 2025年6月。",
            ),
            "term": (
                "{where}“{text}”没有写明学年，没有采用；所属期按{by}“{said}”认定为 {period}。",
                "请写明学年和学期，如 2024-2025学年第二学期。",
            ),
            "january": (
                "{where}“{text}”可能是 1 月，也可能是 10 月；所属期按{by}“{said}”认定为 {period}。",
                "请写明年月，如 2025年10月。",
            ),
        },
        "warning",
    ),
    "cumulative": Rule(
        "累计表",
        {
            "": (
                "这是累计表（{text}）：{period} 只计本期发生的，以前各期的 {left} 行没有计入，以免重复。",
                "以前各期漏报的，请按月另报；下次请只报本期新增的行。",
            ),
            "none": (
                "这是累计表（{text}）：{period} 只计本期发生的，没有以前各期的行。",
                "请核对；以前各期漏报的，请按月另报。",
            ),
        },
        "warning",
    ),
    "looks_cumulative": _one(
        "像是累计表",
        "工作表“{sheet}”一半以上的行在 {period} 以前，分在几个月里，像是累计表；已按本期新增全部入库。",
        "是累计表的，请只留本期新增的行，或在标题写明“1-7月累计”后重报；确是补报的不用改。",
        "warning",
    ),
    "counted_before": _one(
        "属于以前各期",
        "「{title}」在 {period} 以前：这是累计表，此行属于以前各期，不计入本期。",
        "以前已经报过的不用再报；漏报的请按所属月份另报。",
    ),
    "undated_in_cumulative": _one(
        "累计表的行没有日期",
        "「{title}」没有日期：“{text}”是累计表，分不出此行是不是以前报过。",
        "请填「{title}」。",
    ),
    # What a statistical form says of itself
    "form_rule": _one("报表审核关系不成立", "{instruction}", _FORM_CELLS, "warning"),
    "form_total": _one("报表合计与各单位之和不符", "{instruction}", _FORM_CELLS, "warning"),
    "ledger_total": _one(
        "合计与各行之和不符",
        "{instruction}",
        "各行不因此退回。请核对：漏了行的，补齐后重报整份表；合计写错的，改正合计。",
        "warning",
    ),
    "section_count": _one("小标题写的数与下面的行数不符", "{instruction}", _FORM_CELLS, "warning"),
    "unprinted_unit": _one(
        "报表没有印计量单位",
        "「{title}」没有印计量单位，按印的数字入库。",
        "请在表头或单位行注明计量单位。",
        "warning",
    ),
    "unknown_indicator": _one(
        "报表有规定以外的指标",
        "「{title}」不是规定的指标（代码{code}）。",
        "请核对代码与指标名称。",
        "warning",
    ),
    "missing_indicator": _one(
        "报表缺指标",
        "《{form}》没有填报：{names}{more}。",
        "请补上这些指标；确实没有的填 0。",
        "warning",
    ),
}

REFUSALS: Mapping[str, str] = {
    "unrouted": "认不出是哪种台账",
    "ambiguous_dataset": "分不清是哪种台账",
    "other_dataset": "混有另一种台账",
    "backup_sheet": "工作表像是备份",
    "no_department": "没有放进部门文件夹",
    "no_period": "看不出所属期",
    "period_conflict": "所属期前后不一",
    "unread_period": "所属期的写法不能采用",
    "undated_table": "一张表看不出所属期",
    "cumulative_undivided": "累计表分不出本期",
    "no_rows": "没有数据行",
    "nil_no_dataset": "零报告看不出是哪种台账",
    "nil_no_unit": "零报告看不出是哪个地区",
    "nil_units_disagree": "零报告写的地区不一致",
    "nil_unchanged": "没有变化不是零报告",
    "nil_unclear": "看不出是不是零报告",
    "no_table": "没有找到表格",
    "not_a_table": "不是表格文件",
    "empty": "空文件",
    "encrypted": "有密码",
    "picture_only": "只有图片",
    "too_large": "文件过大",
    "unreadable": "无法读取",
    "reading_failed": "没有读完",
    "slip_excerpt": "报送了回执摘录",
    "slip_alone": "报送的是回执",
}
"""Chinese names of what a whole file or sheet is refused for."""
