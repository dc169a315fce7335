"""What the generators call things, in English and Chinese: professions, skills, titles, needs, works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pairup.values.codes import Category


@dataclass(frozen=True, slots=True)
class Profession:
    """A profession: its share among posts outside teams, skills, titles (English, Chinese), and the needs it serves."""

    share: float
    skills: tuple[str, ...]
    titles: tuple[tuple[str, str], ...]
    serves: Category
    licence: bool = False


PROFESSIONS: dict[str, Profession] = {
    "official": Profession(
        0.50,
        ("project_management", "budgeting", "procurement", "rural_development", "public_consultation"),
        (
            ("Deputy head, development and reform office", "发展和改革部门副职"),
            ("Deputy head, rural affairs office", "农业农村部门副职"),
            ("Deputy head, county office", "县政府办公室副职"),
            ("Project coordinator, assistance office", "受援办公室项目协调员"),
        ),
        Category.PEOPLE,
    ),
    "doctor": Profession(
        0.08,
        ("surgery", "obstetrics", "paediatrics", "internal_medicine", "emergency", "imaging"),
        (
            ("Doctor, people's hospital", "人民医院医师"),
            ("Deputy head of department, people's hospital", "人民医院科室副主任"),
        ),
        Category.HEALTH,
        licence=True,
    ),
    "nurse": Profession(
        0.02,
        ("intensive_care", "midwifery", "theatre_nursing", "infection_control"),
        (("Nurse, people's hospital", "人民医院护士"), ("Ward nurse in charge, people's hospital", "人民医院护士长")),
        Category.HEALTH,
        licence=True,
    ),
    "teacher": Profession(
        0.04,
        ("mathematics", "physics", "chemistry", "biology", "english", "teacher_training"),
        (("Teacher, secondary school", "中学教师"), ("Teacher and mentor, secondary school", "中学教师（兼带教）")),
        Category.EDUCATION,
    ),
    "engineer": Profession(
        0.12,
        ("roads", "water_supply", "heating", "building", "power", "site_supervision"),
        (
            ("Engineer, housing and construction office", "住房和城乡建设部门工程师"),
            ("Engineer, water office", "水利部门工程师"),
        ),
        Category.INFRASTRUCTURE,
    ),
    "agronomist": Profession(
        0.06,
        ("greenhouse", "highland_barley", "soil", "seed", "extension"),
        (("Agronomist, agricultural station", "农技推广站农艺师"),),
        Category.INDUSTRY,
    ),
    "veterinarian": Profession(
        0.03,
        ("livestock_health", "breeding", "fodder", "extension"),
        (("Veterinarian, livestock station", "畜牧兽医站兽医"),),
        Category.INDUSTRY,
    ),
    "accountant": Profession(
        0.04,
        ("public_finance", "audit", "cost_estimates", "procurement"),
        (("Accountant, finance office", "财政部门会计"),),
        Category.PEOPLE,
    ),
    "planner": Profession(
        0.03,
        ("land_use", "surveying", "transport", "public_consultation"),
        (("Planner, natural resources office", "自然资源部门规划师"),),
        Category.INFRASTRUCTURE,
    ),
    "it": Profession(
        0.03,
        ("networks", "health_records", "distance_teaching", "data"),
        (("Engineer for information systems", "信息系统工程师"),),
        Category.OTHER,
    ),
    "forester": Profession(
        0.03,
        ("nursery", "shelterbelts", "survival_survey", "irrigation"),
        (("Forester, forestry and grassland office", "林业和草原部门林业工程师"),),
        Category.ECOLOGY,
    ),
    "enterprise_manager": Profession(
        0.02,
        ("marketing", "cooperatives", "tourism", "vocational_training"),
        (("Adviser to cooperatives and small firms", "合作社与小微企业顾问"),),
        Category.EMPLOYMENT,
    ),
}

NEEDS: dict[Category, tuple[tuple[str, str], ...]] = {
    Category.INFRASTRUCTURE: (
        ("Safe drinking water in winter for the villages above the county seat", "县城以上各村冬季安全饮水"),
        ("A road to the farthest township that stays open after rain", "通往最远乡镇、雨后可通行的道路"),
        ("Heating for the public buildings of the county seat", "县城公共建筑供暖"),
    ),
    Category.EDUCATION: (
        ("Science teachers for the secondary school", "中学理科教师"),
        ("Warm classrooms and dormitories for boarding pupils", "寄宿学生的供暖教室与宿舍"),
        ("Training for local teachers during term", "在学期内培训本地教师"),
    ),
    Category.HEALTH: (
        ("Specialists who treat patients here and teach local doctors", "能在本地诊治并带教本地医生的专科医师"),
        ("Safe deliveries without a journey to the prefecture", "不必前往地市即可安全分娩"),
        ("An operating theatre that can be used all year", "全年可用的手术室"),
    ),
    Category.EMPLOYMENT: (
        ("Vocational courses near home for school leavers", "离校青年就近参加职业培训"),
        ("Work outside the herding season", "牧闲季节的就业机会"),
    ),
    Category.INDUSTRY: (
        ("Advice on fodder and livestock health", "饲草与牲畜防疫指导"),
        ("Greenhouses that local growers can run on their own", "本地种植户能自行经营的温室"),
        ("Buyers for barley and dairy products", "青稞与奶制品的销路"),
    ),
    Category.CULTURE: (
        ("A library and reading room open in the evening", "晚间开放的图书馆与阅览室"),
        ("Repair of the county's cultural centre", "县文化中心修缮"),
    ),
    Category.ECOLOGY: (
        ("Shelter from blown sand along the river", "河谷沿线防风固沙"),
        ("Pasture that recovers after grazing", "放牧后草场恢复"),
    ),
    Category.PEOPLE: (
        ("People who know project accounts and tenders", "熟悉项目账目与招标的人员"),
        ("An officer who stays long enough to finish what was begun", "任期足以完成已启动工作的干部"),
    ),
    Category.OTHER: (
        ("Distance teaching and health records that work on a slow line", "低带宽下可用的远程教学与健康档案"),
    ),
}

WORKS: dict[Category, tuple[tuple[str, str], ...]] = {
    Category.INFRASTRUCTURE: (
        ("Water supply works", "供水工程"),
        ("Township road", "乡镇道路"),
        ("Heating of public buildings", "公共建筑供暖"),
        ("Housing repair", "住房修缮"),
        ("Power line", "输电线路"),
    ),
    Category.EDUCATION: (
        ("School building", "校舍建设"),
        ("Dormitory heating", "学生宿舍供暖"),
        ("Laboratory equipment", "实验室设备"),
    ),
    Category.HEALTH: (
        ("Hospital ward", "医院病房楼"),
        ("Township clinic", "乡镇卫生院"),
        ("Medical equipment", "医疗设备"),
    ),
    Category.EMPLOYMENT: (
        ("Vocational training centre", "职业培训中心"),
        ("Courses for school leavers", "离校青年培训"),
    ),
    Category.INDUSTRY: (
        ("Greenhouses", "温室大棚"),
        ("Livestock station", "畜牧站"),
        ("Dairy processing", "奶制品加工"),
        ("Barley processing", "青稞加工"),
    ),
    Category.CULTURE: (("Library and reading room", "图书馆与阅览室"), ("Cultural centre", "文化中心")),
    Category.ECOLOGY: (("Shelterbelt planting", "防护林建设"), ("Pasture restoration", "草场修复")),
    Category.PEOPLE: (
        ("Training of local staff", "本地人员培训"),
        ("Exchange of teachers and doctors", "教师与医生交流"),
    ),
    Category.OTHER: (("Information systems", "信息系统"),),
}


@dataclass(frozen=True, slots=True)
class Kinds:
    """How often each category comes up among projects, and what they are called."""

    shares: Mapping[Category, float]
    works: Mapping[Category, tuple[tuple[str, str], ...]]


#: how often each category comes up among needs and projects
CATEGORY_SHARES: dict[Category, float] = {
    Category.INFRASTRUCTURE: 0.24,
    Category.EDUCATION: 0.17,
    Category.HEALTH: 0.16,
    Category.EMPLOYMENT: 0.06,
    Category.INDUSTRY: 0.16,
    Category.CULTURE: 0.05,
    Category.ECOLOGY: 0.06,
    Category.PEOPLE: 0.08,
    Category.OTHER: 0.02,
}

COUNTY_KINDS = Kinds(CATEGORY_SHARES, WORKS)

HOSPITAL_KINDS = Kinds(
    {Category.HEALTH: 0.7, Category.INFRASTRUCTURE: 0.15, Category.PEOPLE: 0.15},
    {
        Category.HEALTH: (
            ("Operating theatre equipment", "手术室设备"),
            ("Newborn ward", "新生儿病房"),
            ("Oxygen supply", "供氧系统"),
            ("Triage area", "分诊区"),
        ),
        Category.INFRASTRUCTURE: (
            ("Solar power with storage", "太阳能储能供电"),
            ("Water and sanitation", "供水与卫生设施"),
        ),
        Category.PEOPLE: (("Training course", "培训课程"), ("Simulation room", "模拟训练室")),
    },
)
