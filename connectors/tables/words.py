"""The words that forms are made of: totals, notes, captions, units. Patterns only; who uses them decides."""

from __future__ import annotations

import re

TOTAL = re.compile(
    r"(合计|小计|总计|共计)(数|[(][^()]{0,8}[)])?:?$|^(合计|总计|小计|共计)|^[合计]$|^(grand|sub)?-?totals?[,:]?(\\\d)?$",
    re.IGNORECASE,
)
PLAIN_TOTAL = re.compile(
    r"^(总分|总得分|合计|小计|总计|共计|(本[年季月旬周日期])?累计(数|发生额)?|汇总|平均(值|数)?|均值|承[前上]页|[过转][次下]页)[:]?$"
)
STATISTIC = re.compile(
    r"^(.{0,4}平均(值|数|分|水平)?|均值|占比|占.{1,6}(比重|比例)|比重|最[大小高低](值|分)?|[最极]值|标准差|中位数|合格率|及格率|优秀率)([(].{0,6}[)]|%)?$"
)
WHOLE = re.compile(r"^全(省|市|县|区|旗|州|镇|乡|村|国|街道|场|校|班|年级|院)(合计)?$")
COMPARISON = re.compile(
    r"^(本[年期月]|上[年期月]|去年|上年同期|去年同期|比上年|同比|环比|增减|增长|增幅)([(（]?[±+-]*[)）]?)?(增长|增减)?(数|额|量|率|情况|绝对数)?[(（]?[%％]?[)）]?$"
)
CAPTION = re.compile(
    r"^(表号|[制编]?[表定]?机关:|[制编][表定](机关|单位)|批准(文号|机关)|备案文号|文号:|有效期"
    r"|综合(机关|单位)(名称)?:|(计量|计算|金额|数量)?单位[:(]"
    r"|(填表|报送|统计|制表|上报|填报|编制|所属|报告)?(日期|时间|单位|部门|年度|年份|时期|期)(名称)?([(](盖章|公章|签章|章)[)])*:"
    r"|组织机构代码:|(县|市|区|镇|乡|街道|村|学校|项目)[^:]{0,12}:_*$|页码|密级|附件[\d一二三四五六七八九十]*:?$)"
)
TITLE_WORD = re.compile(
    r"(表|台账|台帐|名单|名册|清单|一览|汇总|情况|登记|统计|报告|花名册|目录|明细|公示|方案)(\s*[(（].*[)）])?$"
)
NOTE = re.compile(
    r"^([(（]?\s*(注|备注|说明|填[表报]?(说明|要求|须知)|(有关)?要求|注意(事项)?|附注|注释|附报|补充资料|资料来源|数据来源|来源)\s*[)）]?\s*[:：\d、.]"
    r"|注\s|\*|※|★"
    r"|(单位)?(负责人|领导)([(（]?[签盖][字章][)）]?)?\s*[:：]|(统计|单位|分管|主管)(负责人|领导)|(填表|制表|填报|审核|复核|经办|报表|联系|统计|校对|录入|调查)(人|员|单位|日期|时间)?\s*([(（][签盖字章]+[)）])?\s*[:：]"
    r"|(填表|制表|审核|复核|填报)人\s|^\s*年\s+月\s+日|\d{4}\s*年\s+月\s+日|(联系)?电话\s*[:：]|报出日期|(平衡|审核|指标|逻辑)关系\s*[:：]|第\s*[\d一二三四五六七八九十]+\s*页|[(（]?(公章|盖章|签字|签章)|.{1,10}(签字|签章|盖章|签名)[)）]?\s*[:：]?\s*$|[共第]\s*\d+\s*[页条]|(总)?记录(总)?数\s*[:：]|(数据|统计|资料)?截[至止]|-+\s*\d+\s*-+$"
    r"|(sources?|(foot)?notes?|symbols?)\s*([:.]|$)|see (foot)?notes?|for more information|internet release|\[|\\\\?\d|\d\s*/\s*[A-Z])",
    re.IGNORECASE,
)
FOLLOWING_NOTE = re.compile(r"^([(（]?\d{1,2}[)）.、．]|[①-⑳]|[一二三四五六七八九十]+、)\s*\S{4,}")
CONTINUED = re.compile(r"^[(（]?续\s*表?\s*[一二三四五六七八九十\d]*[)）]?$|[(（]续表?[)）]$")
STUB = re.compile(
    r"^(指标(名称)?|项目(名称)?|名称|类别|分类|地区|单位(名称)?|区域|县区|县\(市、?区\)|乡镇(名称)?|村(名称?)?|内容|科目|行业|品种|品名|姓名|户主(姓名)?|序号|编号|year|item|state|area|characteristic)$",
    re.IGNORECASE,
)
UNIT_CAPTION = re.compile(r"^(计量|计算|数量|金额)?单位(名称)?$")
CODE_CAPTION = re.compile(
    r"^(汇总|指标|统计|行|列)?(代码|代号|编码|编号|栏次|行次|行号|列号|序号|码)(总汇|汇总)?$|^栏$"
)
ORDER_CAPTION = re.compile(r"^(序号|No\.?)$", re.IGNORECASE)
MEASURE_CAPTION = re.compile(r"^(项目|指标|指标名称)$")
NUMBERED_COLUMN = re.compile(r"^[(]?\d{1,3}[)]?(=[\d()+\-*/×÷.,%\s]+)?$")
SYMBOL = re.compile(r"^[A-Z]{0,4}\d{0,6}$")
STEM = re.compile(r"^[甲乙丙丁戊己庚辛壬癸]$")
HEADING = re.compile(
    r"^([一二三四五六七八九十]{1,3}\s*[、.．]|[(（][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]+[章节部类])"
)
DAY_HEADING = re.compile(
    r"^[(]?((19|20)\d\d年)?(\d{1,2}月\d{1,2}[日号]|\d{1,2}月[上中下]旬|(星期|周|礼拜)[一二三四五六日天]|第[\d一二三四五六七八九十]{1,3}[周天日])"
    r"([(,]?(星期|周|礼拜)[一二三四五六日天][)]?|[(].{1,8}[)])?[)]?:?$"
)
NUMERAL = re.compile(r"^[一二三四五六七八九十]{1,3}$")
GROUPING = re.compile(r"^(其中)?:?.{0,6}按.{2,16}分(组|类|列)?([(].*[)])?:?$")
HEADER_WORD = re.compile(
    r"^(序号|姓名|户主(姓名)?|乡镇|镇|村|县|区县|县区|市|省份?|性别|年龄|地区|项目|指标|单位|备注|说明|产量|年度|年级|学期|甲"
    r"|.{1,12}(名称|姓名|编号|代码|号码|证号|日期|时间|类型|类别|面积|金额|数量|人口|人数|户数|地址|电话|里程|比例|方式|措施|结果|状况|情况)"
    r"|是否.{1,12}|基本情况|year|item|state|name|date)$",
    re.IGNORECASE,
)
RECORD_KEY = re.compile(r"姓名|户主|学生|村|镇|县|街道|地块|学校|企业|合作社|路线|单位|机构|编号|号码")
WORDY = re.compile(
    r"(名称|姓名|户主|备注|说明|日期|时间|地址|电话|号码|编号|代码|单位|类型|性别|地点|职务|联系人|负责人|情况)$"
)
UNMEASURED = re.compile(
    r"(得分|评分|分数|名次|排名|排序|位次|年度|年份|序号|编号|代码|编码|电话|手机|传真|邮编|证号|卡号|[账帐]号|号码|身份证|日期|时间|经度|纬度|坐标|桩号)([(].*[)])?$"
)
PERIOD = re.compile(
    r"^(截[至止])?((19|20)\d\d|[一二][〇○零oO\d一二三四五六七八九]{3})([-–—~至/](19|20)?\d\d)?(年|学年|[-/.](?=\d))(度|底|末|初)?"
    r"(第?[一二三四1-4]季度?|前?[一二三四1-4]个?季度|[上下]半年|[春秋]季(学期)?|第?[一二]学期|第?\d+[周期批次号]"
    r"|([\d一二三四五六七八九十]{1,3}([-–—~至][\d一二三四五六七八九十]{1,3})?月?份?(底|末|中旬|[上下]旬)?)"
    r"([\d一二三四五六七八九十]{1,3}[日号]?([-–—~至].{1,12})?|[-–—~至].{1,12})?)?$"
)
COUNTED = re.compile(
    r"^(总?第[\d一二三四五六七八九十]+[页批期次号](,?共\d+[页批期])?|共(计)?[\d一二三四五六七八九十]+\D{1,2}|\d+[人户个项件份张页]|\d{1,2}月份|No\.?:?\d+)$",
    re.IGNORECASE,
)
DOCUMENT = re.compile(r"[〔\[(]\d{4}[〕\])]第?\d+号$|^\d{4}年第\d+号$")
OFFICE = re.compile(
    r"^.{1,30}([省市县区旗州镇乡村屯寨场局委办厅处站所院校园馆队社厂部司]|街道|社区|中心|[委员协商工]会|政府|小学|中学|大学|银行|支行|基地)$"
)
GENERIC = re.compile(
    r"^(行政|自然|所[属在]|本|各|全|是否|易地|产业|工业|[一-鿿]?(乡|村|县|镇|市)(镇|区|级)?$)"
)
PLACE = re.compile(r"(?<!.{10})[省市县区镇乡村屯寨场局]$|街道$|办事处$")

_AREA = "亩|公顷|顷|平方米|平米|平方公里|平方千米|m2|m²|㎡"
_MASS = "吨|公斤|千克|kg|克|毫克|微克|斤|市斤|公斤|担|市担|公担|(?:吨|千克|克)标准?煤|标准煤"
_OTHER = "°c|摄氏度|毫克/升|mg/l|mm|cm|分贝|赫兹|帕|千帕|兆帕|焦耳|千焦|大卡|千卡|伏|千伏|安培"
_SYMBOLS = (  # as the SI writes them; A, V and K alone are more often classes than units
    "(?-i:[kcmdhμn]?m[23²³]?|[kmμn]?g|[mμ]?L|ml|dL|hL|[kMG]?Wh?|[km]V|[kMh]?Pa|[kMG]?Hz|[kMG]J|k?cal|k?t|Mt|[tk]ce|kgce|kvar|ha"
    "|h|mol|mmol|dB|NTU|CFU|MPN|IU|ppm|ppb|lx|lm)"
)
_VOLUME = "立方米|立方|m3|m³|升|毫升"
_LENGTH = "公里|千米|km|华里|海里|延长?米|米|厘米|毫米|微米"
_MONEY = "元|角|美元|港元|欧元|日元"
_POWER = "千瓦特?|千瓦时|千瓦小时|兆瓦|兆瓦时|千伏安|瓦|马力|度|kw|kwh|kva"
_RATIO = "%|％|‰|百分点|个百分点|百分比"
_ANIMALS = "头|只|羽|匹|口|尾|群"
_HEADS = "人|人次|人日|人天|人月|工日|名|户|户次|岁"
_THINGS = (
    "个|项|次|场次|场|台|套|艘|辆|部|架|眼|条|株|棵|蔸|穴|盆|支|枝|朵|束|捆|枚|颗|根|把|粒|袋|箱|筒|桶|瓶|包|卷|张|册|本|幅|盘|双|对|床|块|片|幢|栋|间|套次|所|座|处|家|宗|件|份|期|例"
    "|席|路|标台|标箱|车次|班次|架次|张次|亩次|公顷次|倍|天|日|月|年|小时|分钟|分|亿|万"
    "|班|盏|盒|笔|单|床位|张床|剂|批|学时|课时|学分|筐|丛|杯|碗|罐|坛|层|顶|面|趟|起|针|餐|节|人份|标准箱|标准间"
)
_COMPOUND = (  # what is moved or kept, and how far, long or often
    "(?:人|吨|车|辆|箱|客|座位?|台|艘|机|列|床|户)[·.*×]?(?:公里|千米|海里|km|工?日|天|小时|时|月|年|班)"
    "|(?:人|户|辆|艘|台|车|列|件|批|床|针|剂|节|例|餐|册|头|只|处|栋)次"
)
_BASE = "|".join(
    (
        _AREA,
        _MASS,
        _VOLUME,
        _LENGTH,
        _MONEY,
        _POWER,
        _RATIO,
        _ANIMALS,
        _HEADS,
        _THINGS,
        _OTHER,
        _COMPOUND,
        _SYMBOLS,
    )
)
_SCALE = "百万|千万|十万|万亿|亿|万|千|百|十"
_ONE = rf"(?:(?:{_SCALE})?(?:{_BASE})|(?:百万|千万|亿|万|千))"
_PART = rf"(?:10{{1,4}})?(?:{_ONE}|(?-i:s|d|a|min|秒))"
UNIT = re.compile(
    rf"^{_ONE}(?:\s*[/·每.]\s*[(]?{_PART}[)]?){{0,2}}(?:[(](?:次|{_ANIMALS}|个|处|套|间|张)[)])?$",
    re.IGNORECASE,
)
NAMED_AS_UNIT = re.compile(r"^(年|月|日|天|小时|分钟?|度|[\d,.]*)$")  # as likely a name as a unit
CALENDAR = re.compile(r"^[年月日时分]$")  # the parts of a date in columns of their own
LEAF_UNIT = re.compile(
    r"^(?P<name>.*?\S)\s*(?:[(（\[【]\s*(?:单位\s*[:：]\s*)?(?P<bracket>[^()（）\[\]【】]{1,12}|[^()（）\[\]【】]{1,4}[(（][^()（）]{1,4}[)）])\s*[)）\]】]|[/:](?P<slash>[^/:()]{1,6})|(?P<percent>%))$"
)
BRACKETED_WORD = re.compile(r"(年级|专业)[(]班[)]$|[据证票表账帐订][(]单[)]$|楼号?[(]层[)]$|[季环][(]节[)]$")
JOINED_UNIT = re.compile(r"^(?P<name>.*[\u3400-\u9fff])(?P<unit>k?m[23²³]|㎡|km)$")
TITLE_UNIT = re.compile(
    r"(?:计量|计算|金额|数量|(?<![报制填统送表工管责]))单位\s*[:：]\s*(?P<units>[^\s:()]{1,30})"
)
TITLE_UNIT_EN = re.compile(
    r"\bin (?P<unit>\.?\d[\d,.]* [A-Z%°]\w{0,2}\b|(thousands|millions|billions|hundreds)( of [a-z ]{1,30})?|percent)",
    re.IGNORECASE,
)
UNIT_EN = re.compile(
    r"\((?P<unit>1,000|(1,000 |mil\.? |bil\.? |million |billion |thousand )*(percent|dollars?|dol\.|number|tons?|acres?|pounds|miles|years))\)"
    r"|^(?P<percent>percent)\b",
    re.IGNORECASE,
)
BRACKET = re.compile(
    rf"\d\s*(?:{_SCALE})?(?P<unit>{_BASE})\s*(?:及?以[上下内]|[-—~至])|\d\s*[-—~至]\s*\d+\s*(?P<upto>{_BASE})"
)


def _measured_in(*units: str, per: str = "") -> re.Pattern[str]:
    """Units of some dimensions, scaled or not; with ``per``, also those per something."""
    return re.compile(rf"^(?:{_SCALE})*(?:{'|'.join(units)}){per}$", re.IGNORECASE)


_PER = r"(?:[/每·].*)?"
SHARE = _measured_in(_RATIO)
SPOKEN = _measured_in(_AREA, _LENGTH, _MONEY, _POWER, _RATIO, per=_PER)
DIMENSIONS = (
    (re.compile(r"面积|占地"), _measured_in(_AREA)),
    (re.compile(r"单产|亩产"), _measured_in("公斤|千克|斤|市斤", per=_PER)),
    (re.compile(r"产量|总产|产品量|重量|储量|用量|使用量|采集量|折纯量"), _measured_in(_MASS, _VOLUME)),
    (re.compile(r"[用发耗]电量"), _measured_in("千瓦时|千瓦小时|度|kwh")),
    (re.compile(r"(?<!劳)动力|功率|装机"), _measured_in("千瓦特?|瓦|兆瓦|马力|kw")),
    (
        re.compile(
            r"产值|收入|金额|支出|成本|利润|增加值|价值?|工资|补[助贴]|资金|资产|投资|融资|经费|费用?|总额|存款|贷款|余额|税金?|债务|[自应实]缴|款"
        ),
        _measured_in(_MONEY, per=_PER),
    ),
    (re.compile(r"户数|农户|户$"), _measured_in("户")),
    (re.compile(r"人数|人口|人员|劳动力|(学生|教师|职工|党员|儿童|老人|残疾人)数"), _measured_in("人|名")),
    (re.compile(r"人次"), _measured_in("人次")),
    (re.compile(r"数量$"), _measured_in(_AREA, _MASS, _VOLUME, _LENGTH, _ANIMALS, _HEADS, _THINGS)),
    (
        re.compile(r"[张份件个家项台套辆座处所株棵]数"),
        _measured_in("张|份|件|个|家|项|台|套|辆|座|处|所|株|棵"),
    ),
    (re.compile(r"存[栏笼]|出[栏笼]"), _measured_in(_ANIMALS)),
    (re.compile(r"切花"), _measured_in("支|枝")),
    (re.compile(r"盆[栽景花]"), _measured_in("盆")),
    (re.compile(r"里程|长度"), _measured_in("公里|千米|km")),
    (re.compile(r"宽度?$|高度?$|深度?$|厚度?$"), _measured_in("米|厘米|毫米")),
    (re.compile(r"比重|比例|率|占比|增长|增[幅速]|同比|[%％]"), _measured_in(_RATIO)),
)
