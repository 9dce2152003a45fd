"""Whether a column that no contract describes is private: by what its header means, then by what its cells are.

A header may say it (家庭成员, 配偶, 残疾证号) or say nothing (备注2, 对象): then a column in which most cells look like
personal names, and hardly one stands twice, holds people. Columns that a contract describes are not judged here.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from expectations.privacy.names import looks_like_name
from expectations.privacy.numbers import visible
from expectations.privacy.words import COMMON_SURNAMES

_PERSON = re.compile(
    r"姓名|名字|曾用名|户主|联系人|联络人|责任人|负责人|经办人|申请人|承包人|承租人|受益人|受助人|代领人|验收人|填表人|填报人|监护人|代表人|法人$|签字|签名|"
    r"签收人|领取人|权利人|业主|机主|户名|持卡人|开户人|收款人|家庭成员|成员名单|配偶|丈夫|妻子|爱人|子女|儿子|女儿|父亲|母亲|家长|亲属|家属|共有人|"
    r"干部|网格员|管护员|护林员|技术员|医生|教师|老师|班主任|书记|村主任|组长|带头人|被访|受访|访问员|调查员|核查人|采集人|贫困户$|对象姓名|本人"
)
_NUMBER = re.compile(
    r"身份证|证件号|证件|居民证|残疾证|残疾人证|持证号|护照|通行证|居住证|户口簿|户口本|电话|手机|座机|固话|联系方式|传真|卡号|账号|帐号|一卡通|存折|银行卡|"
    r"学籍号|社保号|社会保障号|医保号|参合号|微信|(?i:qq)|邮箱|(?i:e-?mail)|车牌|住址|地址|门牌"
)
_ABOUT = re.compile(
    r"(?:数|人口|数量|年龄|性别|民族|关系|类型|类别|情况|状况|日期|时间|金额|收入|支出|面积|比例|占比|率|级别|等级|学历|程度|职业|职务|单位|名称|标准)"
    r"(?:[（(][^）)]*[）)])?$|是否|有无|^有没有"
)
_OF_THINGS = re.compile(
    r"村|乡|镇|县|区|组|地|作物|品种|名称|项目|工程|单位|企业|学校|机构|路|线|桥|类|型|状态|结果|等级|年|月|日"
)
_APART = re.compile(r"[、,，;；/\s]+")
_ENOUGH, _MOSTLY, _COMMONLY = 3, 0.7, 0.5
_VARIED = 0.3
"""Shares: of cells that look like names, of those with a common surname, of cells that differ."""
_SAMPLE = 2_000


def is_private_title(title: str) -> bool:
    """Whether a header says that its column holds people, their numbers or where they live."""
    plain = re.sub(r"\s+", "", visible(title))
    return bool((_PERSON.search(plain) or _NUMBER.search(plain)) and not _ABOUT.search(plain))


def is_private_column(title: str, cells: pa.ChunkedArray) -> bool:
    """Whether a column is private by its header, or by what most of its cells look like.

    Args:
        title: Its header, all levels.
        cells: Its cells as text.
    """
    return is_private_title(title) or (not _OF_THINGS.search(title) and holds_names(cells))


def holds_names(cells: pa.ChunkedArray) -> bool:
    """Whether most cells look like personal names, several of them in a cell or one."""
    given = cells.drop_null().slice(0, _SAMPLE)
    distinct = pc.unique(given).to_pylist()
    if len(distinct) < max(_ENOUGH, _VARIED * len(given)):
        return False
    parts = {part for cell in distinct for part in _APART.split(visible(cell).strip()) if part}
    names = [part for part in parts if looks_like_name(part)]
    common = sum(name[0] in COMMON_SURNAMES for name in names)
    return len(names) >= max(_ENOUGH, _MOSTLY * len(parts)) and common >= _COMMONLY * len(names)


def people_in(title: str, cells: pa.ChunkedArray) -> list[str]:
    """The people a column names that no contract describes; none where it is no column of people."""
    if not (_PERSON.search(title) or (not is_private_title(title) and is_private_column(title, cells))):
        return []
    distinct = pc.unique(cells.drop_null()).to_pylist()
    parts = (part for cell in distinct for part in _APART.split(visible(cell).strip()))
    return [part for part in dict.fromkeys(parts) if looks_like_name(part)]
