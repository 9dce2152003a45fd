"""Chinese for what the tables say in words of their own."""

from __future__ import annotations

from collections.abc import Mapping

STATUSES: Mapping[str, str] = {
    "accepted": "已接收",
    "partial": "部分接收",
    "held": "待确认",
    "withdrawn": "已撤回",
    "refused": "退回",
    "repeat": "重复",
    "superseded": "已被替代",
    "received": "处理中",
    "failed": "待处理",
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
    "statistics": "统计",
    "survey": "满意度调查",
    "toilet_reform": "农村改厕",
    "village_affairs": "村庄建设与治理",
}
FREQUENCIES: Mapping[str, str] = {
    "monthly": "每月",
    "quarterly": "每季度",
    "termly": "每学期",
    "yearly": "每年",
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


RULES: Mapping[str, str] = {
    "linear": "比例计分",
    "min_max": "极差计分",
    "threshold": "达标计分",
    "steps": "分档计分",
    "rank": "位次计分",
    "improvement": "增幅计分",
    "gap_closed": "补差计分",
    "per_unit_deduction": "按例扣分",
    "pass_fail": "达标得满分",
}
"""Scoring rules in Chinese."""
