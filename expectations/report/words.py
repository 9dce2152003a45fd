"""Chinese for what the tables say in words of their own."""

from __future__ import annotations

from collections.abc import Mapping

STATUSES: Mapping[str, str] = {
    "accepted": "已接收",
    "partial": "部分接收",
    "refused": "退回",
    "repeat": "重复",
    "superseded": "已被替代",
    "received": "处理中",
}
SEVERITIES: Mapping[str, str] = {"error": "错误", "warning": "提醒"}
IMPORTANCES: Mapping[str, str] = {"high": "重要", "medium": "一般", "low": "参考"}
EVIDENCE: Mapping[str, str] = {
    "A": "有独立来源或实地核查印证的逐条记录",
    "B": "部门台账中的逐条记录",
    "C": "部门上报的汇总数",
    "D": "被考核单位自己填报",
}
HAND_INS: Mapping[str, tuple[str, str]] = {
    "on_time": ("✓", "按时"),
    "late": ("迟", "迟报"),
    "refused": ("退", "退回后没有再报"),
    "missing": ("缺", "到期未报"),
    "waiting": ("…", "未到期"),
    "none": ("", "本月不需报送"),
}
DEPARTMENTS: Mapping[str, str] = {
    "agriculture": "农业农村",
    "civil_affairs": "民政",
    "education": "教育",
    "inspection": "实地核查",
    "poverty_monitoring": "防返贫监测",
    "road": "农村公路",
    "self_report": "自评",
    "survey": "满意度调查",
    "toilet_reform": "农村改厕",
}
RULES: Mapping[str, str] = {
    "unparsed_number": "不是数字",
    "unparsed_date": "不是日期",
    "unknown_unit": "单位不认识",
    "ambiguous_unit": "单位不明确",
    "unknown_region": "找不到行政区划",
    "ambiguous_region": "行政区划不唯一",
    "resident_id_check": "身份证号校验不符",
    "credit_code_check": "统一社会信用代码校验不符",
    "number_lost_digits": "长号码丢失末位",
    "missing": "必填项为空",
    "not_allowed": "不在可选项内",
    "out_of_range": "超出合理范围",
    "pattern": "格式不符",
    "duplicate_key": "同一对象重复",
    "ambiguous_date": "日期不明确",
    "region_conflict": "地区前后不一",
    "missing_period": "没有写所属期",
    "period_conflict": "所属期前后不一",
    "formula_error": "公式出错",
    "guessed_column": "列名与表样不同",
    "phone_check": "电话号码不符",
    "bank_card_check": "银行卡号校验不符",
    "private_in_text": "写有个人信息",
    "unrouted": "认不出是哪种台账",
    "ambiguous_dataset": "分不清是哪种台账",
    "other_dataset": "混有另一种台账",
    "no_department": "没有放进部门文件夹",
    "no_period": "看不出所属期",
    "no_rows": "没有数据行",
    "no_table": "没有找到表格",
    "not_a_table": "不是表格文件",
    "empty": "空文件",
    "encrypted": "有密码",
    "picture_only": "只有图片",
    "too_large": "文件过大",
    "unreadable": "无法读取",
    "slip_excerpt": "报送了回执摘录",
    "form_rule": "报表审核关系不成立",
    "form_total": "报表合计与各单位之和不符",
    "section_count": "小标题写的数与下面的行数不符",
    "unprinted_unit": "报表没有印计量单位",
    "unknown_indicator": "报表有规定以外的指标",
    "missing_indicator": "报表缺指标",
}
FORM_CHECKS: Mapping[str, tuple[str, str, str]] = {
    "form_rule": ("报表审核关系", "关系左边", "关系右边"),
    "form_total": ("报表合计", "印的合计", "各单位之和"),
}
"""Titles of what a statistical form says of itself, and of both sides."""


def month_label(period: str, *, first: bool) -> str:
    """``2025-06`` as ``6月``; with its year in January and where it comes first."""
    year, _, month = period.partition("-")
    if not month.isdigit():
        return period
    return f"{year[2:]}年{int(month)}月" if first or month == "01" else f"{int(month)}月"


def number(value: float | None, unit: str = "") -> str:
    """A figure as people write it: thousands separated, two decimals unless whole or large, a dash for none."""
    if value is None:
        return "—"
    text = f"{value:,.0f}" if value == round(value) or abs(value) >= 10_000 else f"{value:,.2f}"
    return f"{text}%" if unit == "%" else text
