"""What people in the model city ask for and do: titles, places and needs the simulation draws from."""

from flags.models import Category
from members.models import Exemption

# Titles per category; {place} becomes the estate or community.
ACTIVITIES: dict[str, tuple[str, ...]] = {
    Category.ACTIVITY: (
        "{place}周末环境清洁", "{place}文明交通劝导", "{place}敬老食堂帮厨", "{place}反诈知识宣讲",
        "{place}垃圾分类桶边指导", "{place}暑期儿童安全课堂", "{place}消防通道清理", "{place}节日慰问老党员",
        "{place}楼道杂物清理", "{place}义务植树护绿", "{place}健康义诊服务", "{place}邻里中秋联欢",
    ),
    Category.STEWARD: ("{place}红管家楼栋走访", "{place}红管家夜间巡逻", "{place}公共空间认领维护"),
    Category.TEAM: ("{place}帮帮团便民维修日", "{place}帮帮团理发进小区", "{place}睦邻社学业辅导"),
    Category.SUGGESTION: ("{place}小区治理建言会", "{place}停车难题恳谈会"),
    Category.OTHER: ("{place}防汛值守", "{place}大型活动秩序维护"),
}  # fmt: skip
CATEGORY_WEIGHTS = {
    Category.ACTIVITY: 60, Category.STEWARD: 16, Category.TEAM: 14, Category.SUGGESTION: 6, Category.OTHER: 4,
}  # fmt: skip
CITY_ACTIVITIES = (
    "全市文明城市创建志愿服务", "全市周五下沉日集中行动", "江滨马拉松沿线保障", "全市防台风集中排查",
    "城市书房周末导读",
)  # fmt: skip
PLACES = ("党群服务中心", "小区广场", "社区礼堂", "物业前厅", "睦邻客厅", "北门岗亭旁", "文化活动室")
NEEDS: tuple[tuple[str, str], ...] = (
    ("客厅灯不亮了，想请人帮忙看看电路", "电器维修"),
    ("老人行动不便，希望有人陪同去医院复查", "医疗健康"),
    ("孩子五年级数学跟不上，希望有人辅导", "学业辅导"),
    ("水龙头漏水，想请懂水电的人来修一修", "水电维修"),
    ("想学用手机视频和外地子女通话", "计算机"),
    ("家里两盆兰花叶子发黄，想请人指点", "园艺"),
    ("独居老人想理个发，不方便出门", "理发"),
    ("想咨询房屋漏水赔偿该走什么程序", "法律咨询"),
    ("想给结婚五十周年的父母拍一张合影", "摄影"),
    ("春节想请人帮忙写几副春联", "书法"),
    ("最近心里闷，想找人聊聊天", "心理疏导"),
    ("需要把旧沙发从五楼搬到楼下", ""),
    ("想借一辆轮椅，老人出院要用几天", ""),
    ("希望有人帮忙把旧电脑里的照片导出来", "计算机"),
    ("小区儿童滑梯松动，希望有人看看", ""),
    ("想了解医保异地报销怎么办", "政策宣讲"),
    ("冬天取暖器坏了，想请人修理", "电器维修"),
    ("家中老人视力差，希望有人每周读报", ""),
)
DECLINES = (
    "属于物业维修范围，已请物业公司在3个工作日内上门。",
    "属于商业服务，请联系便民服务热线。",
    "与前一天提交的心愿重复，已按前一条办理。",
)
# One resident: three times the same, and three matters that were declined.
STATED_TWICE = (
    "楼道三楼的感应灯不亮，老人上下楼看不见",
    "楼道里三楼的感应灯还是不亮，老人上下楼看不清",
    "三楼楼道感应灯不亮，晚上老人上下楼看不见",
)
STATED_ONCE_MORE = (
    "厨房下水管渗水，楼下邻居也受影响",
    "单元门的门禁按不响，访客进不来",
    "家里空调漏水，想找人清洗",
)
ASKED_AGAIN = "物业看过说是户内管道，不归他们修，仍想请人帮忙"
TAKEN_UP_AGAIN = "物业合同已到期，改由社区协调"
ORGANISERS = ("陈书记", "王主任", "李干事", "周网格员", "吴楼长", "郑支书")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何"
RESIDENTS = ("阿姨", "大爷", "女士", "先生", "奶奶")
NO_SHOW_NOTE = "未到场，电话说明临时加班。"
CANCEL_REASON = "因台风预警取消，另行安排。"
ADVICE = "请提前十分钟到场，听从现场负责人安排；有事请提前退出，把名额让给其他同志。"
# The settled year's rules, its leave, and why a line was added after the settling.
POLICY = (
    "%(year)s 年为试行第一年：每名在职党员全年至少 2 面红旗、服务 2 小时，领导干部至少 3 面红旗；"
    "年中新进、离开的按月折算，经批准的豁免不计入。"
)
LEAVES = (
    (Exemption.Kind.SICK, "住院手术，凭医院证明"),
    (Exemption.Kind.POSTED, "外派挂职，全年不在本地"),
    (Exemption.Kind.PREGNANCY, "产假"),
    (Exemption.Kind.OTHER, "脱产学习"),
)
CORRECTION = "补登 %(year)s 年 10 月纸质签到表，社区已核对"
# Lists on paper that were entered afterwards, who says so, and tasks of several days.
ON_PAPER = ("{place}雪天扫雪铲冰", "{place}雨后清淤", "{place}停电夜间值守")
WITNESS = "周网格员，纸质签到表"
GUESTS_WELCOME = "{place}全域清洁，外社区党员也欢迎"
TEAM, TEAM_PURPOSE = "青锋帮帮团", "周末上门帮老人修水电、修家电，学会用手机"
TEAM_TASK = "{place}帮帮团周末义修"
POPULAR = "{place}夜跑护航志愿队"
SEVERAL_DAYS = ("{place}安全用电三晚入户宣讲", "{place}晚间文明劝导周")
