"""What tables and their columns are called and mean, in Chinese, for whoever opens a published file without this manual.

The fixed tables stand here; a dataset's words come from its contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Words:
    """Of one table.

    Attributes:
        table: What one row is.
        columns: By column, what it means, with its unit where it has one.
    """

    table: str
    columns: Mapping[str, str] = field(default_factory=dict)


_REGION = "区划代码，12 位"
_PERIOD = "所属期：月份 2025-06"
_SUBMISSION = "来自哪一次报送，见 submissions"
_SHEET = "工作表"
_ROW = "表格中的行号"

RECORD: Mapping[str, str] = {
    "region_code": _REGION,
    "period": _PERIOD,
    "submission_id": _SUBMISSION,
    "sheet": _SHEET,
    "row": _ROW,
    "handed_in_as": "报送时所属的区划，按报送层级；区划调整后不变",
}
"""Columns every record has after those of its contract."""

FIXED: Mapping[str, Words] = {
    "submissions": Words(
        "报送：每行一次报送",
        {
            "submission_id": "报送编号：收到日期、序号、文件指纹开头",
            "department": "报送部门",
            "dataset": "认定的数据集；未能认定时为空",
            "file_name": "报送人所用的文件名",
            "sha256": "文件指纹（SHA-256），原件按此存档",
            "received_at": "收到时间（UTC）",
            "sender_path": "收件箱内的路径",
            "period": "最晚的所属期",
            "regions": "所涉区划",
            "status": "状态：received 已收未读，accepted 全部采用，partial 部分采用，held 待确认、未生效，withdrawn 已撤回，refused 退回，repeat 重复，"
            "superseded 已被更正替代",
            "reason": "退回原因",
            "remedy": "处理办法",
            "rows_in": "读到的行数，等于以下两项之和",
            "rows_recorded": "成为记录的行数",
            "rows_quarantined": "隔离的行数",
            "taken_as": "原已采用的数据集：表样、区划或程序更新后整份不再计入的；不是报送有误",
        },
    ),
    "quarantine": Words(
        "隔离：每行一条未通过的报送行",
        {
            "dataset": "数据集",
            "period": "报送的所属期",
            "submission_id": _SUBMISSION,
            "sheet": _SHEET,
            "row": _ROW,
            "cells": "原单元格（JSON，以表头为名），个人信息已遮盖",
            "rules": "违反的规则",
        },
    ),
    "findings": Words(
        "问题：每行一个数据质量问题",
        {
            "finding_id": "问题编号，同一报送的同一问题编号不变",
            "submission_id": _SUBMISSION,
            "dataset": "数据集；未能认定时为 unrouted",
            "region_code": _REGION,
            "period": _PERIOD,
            "sheet": _SHEET,
            "row": _ROW,
            "column": "合同中的列名",
            "cell": "单元格位置",
            "rule": "规则",
            "severity": "严重程度：error 该行被隔离，warning 该行已采用",
            "value": "原值，个人信息已遮盖",
            "message": "问题说明",
            "remedy": "处理办法",
            "status": "状态：open 未处理，corrected 已更正，waived 豁免，confirmed 确认",
        },
    ),
    "hand_ins": Words(
        "应报与已报：每行一个数据集、一个县区、一个报送期",
        {
            "dataset": "数据集",
            "department": "报送部门",
            "region_code": "区划代码，12 位，县区",
            "period": "报送期：已报的为所报月份，未报的为报送期的最后一个月",
            "state": "状态：on_time 按时，late 逾期，refused 退回后未再报，missing 未报，waiting 未到期",
            "due_on": "截止日",
            "submission_id": "首次被接收的报送，见 submissions；没有时为空",
            "received_at": "首次被接收的时间（UTC）",
            "days_late": "逾期天数，按时为 0",
            "corrections": "截止日以后对已报内容的更正、补报次数",
        },
    ),
    "observations": Words(
        "指标值：每行一个指标、一个区划、一个所属期",
        {
            "indicator": "指标",
            "region_code": _REGION,
            "period": "所属期：月份 2025-06 或年份 2025",
            "numerator": "分子",
            "denominator": "分母；合计类指标为空",
            "value": "指标值；分母为零时为空",
            "unit": "单位",
            "evidence": "证据等级，取最弱：A 已核实，B 逐条登记，C 部门汇总，D 自报",
            "records": "依据的记录数；调查为样本数",
            "coverage": "有数据的最细区划所占比例，0 至 1",
            "interval_low": "95% 置信区间下限（调查）",
            "interval_high": "95% 置信区间上限（调查）",
            "evidence_reasons": "证据等级升降的依据：实地核查、独立来源；没有可比的为空",
            "design_effect": "设计效应（调查）：答卷数除以相当于简单随机抽样的份数；没有按村加权的为空",
        },
    ),
    "reconciliations": Words(
        "核对：每行一次比对",
        {
            "reconciliation": "核对项",
            "region_code": _REGION,
            "period": _PERIOD,
            "left_value": "左侧数值",
            "operator": "应有的关系",
            "right_value": "右侧数值",
            "gap": "左减右",
            "agrees": "是否相符；缺一侧时为空",
            "instruction": "如何处理",
            "importance": "重要程度：high 高，medium 中，low 低",
        },
    ),
    "anomalies": Words(
        "异常：每行一处值得核查的情况，不是结论",
        {
            "anomaly_id": "编号",
            "detector": "发现方法",
            "dataset": "数据集",
            "indicator": "指标",
            "region_code": _REGION,
            "period": _PERIOD,
            "score": "偏离程度，只在同一方法内可比",
            "n": "依据的数值个数",
            "value": "实际值",
            "expected": "预期值",
            "message": "说明与核查要点",
            "subject": "对象：数据列，或以代号表示的访问员、人员；空表示地区的数字本身",
            "records": "依据的行：编号、行号、工作表，以空格分隔；最多 200 行",
            "p": "没有问题时出现这种情况的概率；与概率无关的为空",
        },
    ),
    "cases": Words(
        "案件：每行一件值得有人去办的事，由说同一件事的异常、核对和问题合成，不是结论",
        {
            "case_id": "编号；增加月份、重新装载后不变",
            "kind": "是什么事，见 shiji cases list --kind",
            "title": "一句话",
            "dataset": "数据集",
            "indicator": "指标；不是某项指标的为空",
            "region_code": _REGION,
            "regions": "其中涉及的区划",
            "period_from": "从哪个月",
            "period_to": "到哪个月",
            "certainty": "把握，0 至 1：把握 0.8 的案件约八成属实",
            "importance": "把握乘以轻重，0 至 1，按此排列",
            "is_high": "是否应当先办",
            "stake": "关系到什么：分数、资金、目标",
            "stake_points": "至多多得的分；不知道的为空",
            "stake_yuan": "所列记录的金额合计（元）；不知道的为空",
            "crosses_target": "所报的数是否过了目标而应有的数不过；没有目标的为空",
            "action": "怎么办：电话回访、查原始单据、实地看、改口径、补报",
            "question": "要问的话",
            "asked_of": "问谁：县区或部门",
            "speaks_for": "为什么值得查",
            "speaks_against": "什么说明可能没有问题",
            "evidence": "依据：方法、核对或规则，斜线后是各自表中的编号",
            "records_count": "涉及的记录数；不落到行的为空",
            "records": "涉及的行：编号、行号、工作表，以空格分隔；最多 200 行",
            "since": "第一次出现在哪次装载（UTC）",
            "status": "状态：open 待处理，asked 已去问，explained 已说明，confirmed 已查实，waived 不再追，closed 已了结",
            "reason": "处理意见，或为什么了结",
            "digest": "所依据数据的指纹；变了，原处理不再适用",
        },
    ),
    "samples": Words(
        "抽样：每行一条抽中、待实地核查的记录",
        {
            "sample": "抽样批次",
            "drawn_at": "抽取时间（UTC）",
            "dataset": "数据集",
            "period": _PERIOD,
            "seed": "随机种子：种子和数据相同，抽中的就相同",
            "weighed_by": "抽取概率按什么：equal 相等，anomalies 按异常线索多少，或数据集的一列",
            "stratum": "层：在哪个区划内抽",
            "stratum_size": "这一层可抽的记录数",
            "number": "批次内的编号",
            "probability": "抽中的概率，0 至 1；推算全部记录时要用",
            "region_code": _REGION,
            "submission_id": _SUBMISSION,
            "sheet": _SHEET,
            "row": _ROW,
            "result": "核查结论；核查前为空",
            "check_number": "核查编号，印在核查名单上；所有批次里不重复",
        },
    ),
    "verifications": Words(
        "核查结果：每行一个抽样批次在一个区划的结果和推算",
        {
            "sample": "抽样批次",
            "dataset": "数据集",
            "period": _PERIOD,
            "region_code": _REGION,
            "drawn": "抽中的记录数",
            "visited": "已有核查结论的记录数",
            "held": "属实",
            "held_partly": "部分属实",
            "untrue": "不实",
            "not_found": "找不到人；不用于推算",
            "value": "推算的全部记录属实率，0 至 1；部分属实算一半。还没有结论时为空",
            "interval_low": "95% 置信区间下限",
            "interval_high": "95% 置信区间上限",
            "effective_n": "相当于简单随机抽样的多少条",
            "design_effect": "设计效应：实际条数除以相当的条数",
        },
    ),
    "schemes": Words(
        "考核方案：每行一个，得分就是按这里写的算出来的",
        {
            "scheme": "考核方案",
            "title": "名称",
            "year": "年度",
            "level": "级别：county 县，township 乡镇，village 村",
            "text": "方案全文（JSON）",
        },
    ),
    "scores": Words(
        "得分：每行一个方案、一个区划、一个所属期的一项指标，或一项加分、扣分、否决",
        {
            "scheme": "考核方案",
            "region_code": _REGION,
            "level": "级别：county 县，township 乡镇，village 村",
            "region_group": "分类：用同一把尺子衡量的一组",
            "dimension": "维度；加分、扣分、否决为空",
            "objective": "方案里的指标或事项",
            "part": "objective 指标，bonus 加分，deduction 扣分，veto 否决",
            "period": "所属期：月份 2025-06，季度 2025Q2，年份 2025",
            "value": "计分所用的数：指标值，或件数；没有时为空",
            "base": "上年同期的数",
            "target": "目标值；否决事项为总分上限",
            "rule": "计分规则",
            "raw": "原始分，0 至 100；不计分时为空",
            "planned": "方案规定的分值",
            "weight": "实际分值：不计分的指标让出的权重分给了其他指标",
            "points": "得分；扣分为负，不计分时为空",
            "evidence": "证据等级：A 已核实，B 逐条登记，C 部门汇总，D 自报或由人认定",
            "coverage": "有数据的最细区划所占比例，0 至 1",
            "records": "依据的记录数",
            "status": "scored 已计分，no_data 没有数据，not_applicable 不适用，withheld 依据不足、只列出不计分",
            "reasons": "说明",
        },
    ),
    "standings": Words(
        "总分：每行一个方案、一个区划、一个所属期的一个维度，维度为空的是总分",
        {
            "scheme": "考核方案",
            "region_code": _REGION,
            "level": "级别：county 县，township 乡镇，village 村",
            "region_group": "分类：用同一把尺子衡量的一组",
            "period": "所属期：月份 2025-06，季度 2025Q2，年份 2025",
            "dimension": "维度；空为总分",
            "points": "得分；暂不计分时为空",
            "weight": "满分",
            "objective_share": "客观数据占比：落在 A、B 级证据上的权重占全部权重的比例，0 至 1",
            "status": "scored 已计分，withheld 暂不计分",
            "place": "在全部地区中的位次，同分同位；只有总分有",
            "place_in_group": "在本分类中的位次",
            "place_low": "权重、规则、缺数办法稍有不同时的最好位次（5% 分位）；只有季度、年度和最近一月有",
            "place_high": "同上，最差位次（95% 分位）",
            "leads": "同上，居首的比例，0 至 1",
            "tied_with": "位次区间重叠、应视为并列的区划",
            "reasons": "说明",
        },
    ),
    "regions": Words(
        "区划：每行一个代码的一段有效期",
        {
            "region_code": _REGION,
            "name": "名称",
            "level": "级别：province 省，city 市，county 县，township 乡镇，village 村",
            "parent_code": "上级区划代码",
            "urban_rural": "城乡分类代码",
            "region_group": "考核分组",
            "valid_from": "生效日；空为一直有效",
            "valid_to": "失效日；空为仍有效",
            "successor": "接替的代码",
            "provisional": "是否为导入时暂编的代码",
        },
    ),
    "releases": Words(
        "发布：每行一次冻结的数据版本",
        {
            "release": "名称",
            "created_at": "冻结时间（UTC）",
            "tables": "各表版本（JSON）",
            "note": "用途",
        },
    ),
}
