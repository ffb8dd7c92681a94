"""The words of Chinese, Japanese and Korean exports, each as the English one that stands for it. Pure.

They are written without blanks, so the longest that fits is taken first; what is left over stays and makes a name
unknown: `血氧趋势` (a trend) is no SpO2.
"""

import re
from typing import Final

_WORDS: Final = {
    "spo2": (
        "血氧饱和度 血氧飽和度 氧饱和度 氧飽和度 血氧浓度 血氧濃度 血氧值 血氧 "
        "経皮的動脈血酸素飽和度 動脈血酸素飽和度 血中酸素飽和度 血中酸素濃度 血中酸素 酸素飽和度 酸素濃度 "
        "산소포화도 혈중산소포화도 혈중산소농도 혈중산소"
    ),
    "pulse": "脉搏率 脈搏率 脉率 脈率 脉搏数 脉搏 脈搏 脈拍数 脈拍 맥박수 맥박",
    "hr": "心率 心跳 心拍数 心拍 심박수 심박",
    "sys": (
        "收缩压 收縮壓 高压 高壓 最高血圧 収縮期血圧 収縮期 最大血圧 수축기혈압 수축기 최고혈압"
    ),
    "dia": (
        "舒张压 舒張壓 低压 低壓 最低血圧 拡張期血圧 拡張期 最小血圧 이완기혈압 이완기 최저혈압 확장기혈압 확장기"
    ),
    "map": "平均动脉压 平均動脈壓 平均压 平均壓 平均動脈圧 平均血圧 평균혈압 평균동맥압",
    "bp": "血压 血壓 血圧 혈압",
    "rr": "呼吸频率 呼吸頻率 呼吸率 呼吸数 呼吸 호흡수 호흡률 호흡",
    "temperature": "体温 體溫 체온",
    "etco2": "呼气末二氧化碳 呼氣末二氧化碳 呼気終末二酸化炭素 호기말이산화탄소",
    "perfusionindex": "灌注指数 灌注指數 血流灌注指数 灌流指標 灌流指数 관류지수",
    "time": (
        "测量时间 測量時間 记录时间 記錄時間 检测时间 时间 時間 时刻 時刻 測定時刻 測定時間 記録時刻 計測時刻 "
        "측정시간 측정시각 시간 시각"
    ),
    "datetime": "日期时间 日期時間 測定日時 計測日時 記録日時 日時 측정일시 일시 날짜시간",
    "date": "测量日期 測量日期 日期 測定日 日付 측정일 측정날짜 날짜 일자",
    "limit": "上限 下限 阈值 閾値 설정 设置 設定 目标 目標",
    "alarm": "报警 報警 警报 警報 アラーム 알람 경보",
    "max": "最高 最大 최고 최대",
    "min": "最低 最小 최저 최소",
    "s": "秒 초",
    "minutes": "分钟 分鐘",
    "measured": "测量值 測量值 测量 測量 測定値 測定 측정값 측정 数值 數值 値 值 값",
}
ENGLISH: Final = {word: english for english, those in _WORDS.items() for word in those.split()}
_ANY: Final = re.compile("|".join(sorted(ENGLISH, key=len, reverse=True)))
_BLANKS: Final = re.compile(r"(?<=[\uac00-\ud7af]) (?=[\uac00-\ud7af])")
"""Korean may be written with them: `산소 포화도`."""


def in_english(text: str) -> str:
    """The text with the words that are known in English, blanks around each."""
    return _ANY.sub(lambda found: f" {ENGLISH[found[0]]} ", _BLANKS.sub("", text))
