"""Makes the template that comes with the program: ``python -m expectations.bulletin.make_template [FILE]``.

What is said stands in ``facts``; here only where it stands. How it looks is ``template_parts``' matter.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.bulletin.template_parts import (
    SMALLER,
    Column,
    centred,
    chart,
    crossed,
    each_of,
    lay_out,
    said,
    sentences,
    table,
    title,
    when,
)
from expectations.bulletin.word import TEMPLATE

if TYPE_CHECKING:
    from docx.document import Document


def make(path: Path) -> None:
    """Write the template."""
    import docx

    document = docx.Document()
    lay_out(document)
    _head(document)
    for heading, fill in (
        ("一、总的情况", _summary), ("二、得分和位次", _standing), ("三、序时进度", _pace),
        ("四、客观数据占比", _objectivity), ("五、自评与实绩", _claims), ("六、报送情况", _hand_ins),
        ("七、值得核查的数据", _odd), ("八、实地核查", _checks), ("九、群众评价", _voice),
        ("十、各县区情况", _counties), ("十一、数据依据和可信程度", _basis),
    ):  # fmt: skip
        document.add_paragraph(heading, "Heading 1")
        fill(document)
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(path))


def _head(document: Document) -> None:
    title(document, "{{ title }}")
    centred(document, "{{ office }}")
    centred(document, "数据截至 {{ as_of }}（北京时间）")
    when(document, "synthetic", lambda: centred(document, "（{{ synthetic }}）"))


def _summary(document: Document) -> None:
    each_of(document, "one in summary", lambda: said(document, "{{ one }}"))


def _standing(document: Document) -> None:
    sentences(document, "standing")
    columns: list[Column] = [
        ("类内位次", "row.place_in_group", 1.3), ("县区", "row.county", 2.1), ("得分", "row.points", 1.6),
        ("比上季", "row.change", 1.5), ("总位次", "row.place", 1.3), ("上季位次", "row.place_before", 1.3),
        ("位次区间", "row.places", 1.6), ("视为并列", "row.tied", 4.9),
    ]  # fmt: skip
    each_of(
        document,
        "group in standing.groups",
        lambda: table(document, "{{ group.title }}", "group.rows", columns),
    )
    chart(document, "places")
    first: list[Column] = [("县区", "row.county", 1.9)]
    crossed(document, "各维度得分（得分/应得分）", "standing.by_dimension", "standing.dimensions", first, 7)
    each_of(document, "one in standing.withheld", lambda: said(document, "{{ one }}"))


def _pace(document: Document) -> None:
    sentences(document, "pace")
    chart(document, "pace")
    columns: list[Column] = [
        ("县区", "row.county", 3.1), ("有目标的指标", "row.objectives", 2.7), ("达到进度", "row.green", 2.4),
        ("稍慢", "row.amber", 2.2), ("落后", "row.red", 2.2), ("达到进度占比", "row.share", 3.0),
    ]  # fmt: skip
    table(document, "各县区序时进度（项）", "pace.rows", columns)
    behind: list[Column] = [
        ("县区", "row.county", 1.8), ("指标", "row.objective", 3.2), ("现值", "row.value", 1.6), ("目标", "row.target", 1.5),
        ("已完成", "row.achieved", 1.5), ("按时间应完成", "row.expected", 1.8), ("照此年末", "row.projected", 1.6),
        ("95% 区间", "row.interval", 2.6),
    ]  # fmt: skip
    table(document, "离应有进度最远的，和照目前势头年末会到哪里", "pace.behind", behind, is_long=True)


def _objectivity(document: Document) -> None:
    sentences(document, "objectivity")
    chart(document, "objectivity")
    columns: list[Column] = [
        ("县区", "row.county", 4.2), ("本季度", "row.share", 3.8), ("上季度", "row.before", 3.8), ("变动（百分点）", "row.change", 3.8),
    ]  # fmt: skip
    table(document, "客观数据占比", "objectivity.rows", columns)


def _claims(document: Document) -> None:
    sentences(document, "claims")
    chart(document, "claims")
    columns: list[Column] = [
        ("县区", "row.county", 2.6), ("本级自评", "row.claims", 1.9), ("对自己有利", "row.gains", 2.2),
        ("对自己不利", "row.loses", 2.2), ("像单位写错", "row.unit_slips", 2.2), ("平均偏高", "row.mean", 1.9),
        ("乡镇：有利/自评", "row.townships", 2.6),
    ]  # fmt: skip
    table(document, "各县区自评（项）", "claims.rows", columns)
    widest: list[Column] = [
        ("县区", "row.county", 2.0), ("指标", "row.indicator", 3.8), ("自评", "row.claimed", 2.0), ("台账", "row.computed", 2.0),
        ("相差", "row.gap", 1.5), ("占台账", "row.percent", 1.6), ("起于", "row.since", 2.7),
    ]  # fmt: skip
    table(document, "对县区有利的差额，相差最大的", "claims.widest", widest, is_long=True)


def _hand_ins(document: Document) -> None:
    sentences(document, "hand_ins")
    columns: list[Column] = [
        ("县区", "row.county", 3.6), ("应报", "row.due", 2.2), ("按时", "row.on_time", 2.2), ("迟报", "row.late", 2.2),
        ("未报", "row.missing", 2.2), ("按时率", "row.rate", 3.2),
    ]  # fmt: skip
    table(document, "各县区报送（份）", "hand_ins.rows", columns)
    late: list[Column] = [
        ("县区", "row.county", 2.2),
        ("迟报", "row.late_ledgers", 7.4),
        ("未报或退回后没有再报", "row.missing_ledgers", 6.0),
    ]
    table(document, "迟报和未报的台账", "hand_ins.late", late, is_long=True)


def _odd(document: Document) -> None:
    sentences(document, "odd")
    columns: list[Column] = [
        ("地区", "row.place", 2.9), ("月份", "row.period", 1.7), ("指标或台账", "row.about", 2.6), ("看到了什么", "row.message", 8.4),
    ]  # fmt: skip
    table(document, "本季度最值得核查的", "odd.rows", columns, is_long=True)
    before: list[Column] = [
        ("地区", "row.place", 2.9), ("指标或台账", "row.about", 2.6), ("上季度看到了什么", "row.message", 7.5), ("后来", "row.became", 2.6),
    ]  # fmt: skip
    table(document, "上季度提出的，后来怎样", "odd.before", before, is_long=True)


def _checks(document: Document) -> None:
    sentences(document, "checks")
    columns: list[Column] = [
        ("台账", "row.dataset", 2.8), ("地区", "row.county", 2.0), ("抽中", "row.drawn", 1.2), ("已查", "row.visited", 1.2),
        ("属实", "row.held", 1.2), ("部分", "row.held_partly", 1.2), ("不实", "row.untrue", 1.2), ("找不到", "row.not_found", 1.3),
        ("属实率", "row.share", 1.5), ("区间（%）", "row.interval", 2.0),
    ]  # fmt: skip
    table(document, "抽样核查", "checks.rows", columns, is_long=True)


def _voice(document: Document) -> None:
    sentences(document, "voice")
    chart(document, "satisfaction")
    first: list[Column] = [("县区", "row.county", 2.0), ("问卷数", "row.n", 1.6)]
    crossed(document, "群众评价（括号内为 95% 置信区间）", "voice.rows", "voice.titles", first, 3)


def _counties(document: Document) -> None:
    def county() -> None:
        document.add_paragraph("{{ county.name }}（{{ county.group }}）", "Heading 2")
        said(
            document,
            "{{ county.standing }}；有目标的 {{ county.targets }} 项指标中 {{ county.short_count }} 项没有到目标。"
            "做得好的：{{ county.good }}。",
            SMALLER,
        )
        columns: list[Column] = [
            ("指标", "row.indicator", 6.0), ("数值", "row.value", 2.6), ("目标", "row.target", 2.6), ("差", "row.short", 2.2),
            ("失分", "row.lost", 2.2),
        ]  # fmt: skip
        table(document, "{{ county.name }}：没有到目标的，失分最多的在前", "county.shortfalls", columns)
        said(document, "比上季度好转的：{{ county.better }}；变差的：{{ county.worse }}。", SMALLER)
        each_of(document, "one in county.visits", lambda: said(document, "值得去看：{{ one }}", SMALLER))

    each_of(document, "county in counties", county)


def _basis(document: Document) -> None:
    sentences(document, "basis")
    columns: list[Column] = [
        ("证据", "row.grade", 1.4), ("是什么", "row.meaning", 6.4), ("县区指标数", "row.figures", 2.6), ("占比", "row.share", 2.4),
        ("平均覆盖面", "row.coverage", 2.8),
    ]  # fmt: skip
    table(document, "各县区指标值的证据等级", "basis.rows", columns)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else TEMPLATE)
