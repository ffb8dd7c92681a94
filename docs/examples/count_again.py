"""Counts the alarms of three limits in every table below a folder with pandas, and compares with what monitord prints.

    python docs/examples/count_again.py config/recordings

Nothing of monitord is imported: it is asked as a program, and its printed table is read. The rules are those of
three_rules.yaml. Tables are comma-separated files and, where `wfdb` is installed, records of PhysioNet. What has no
column of these three signals is told; monitord must then count no alarm of them either. The exit code is 1 where a
number differs.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

RULES = {  # signal: (rule, beyond the limit, delay in s, for how many s a reading speaks at least)
    "spo2": ("spo2_low", lambda v: v < 93, 15, 10),
    "pulse_rate": ("pulse_rate_high", lambda v: v > 90, 30, 10),
    "nibp_sys": ("nibp_sys_high", lambda v: v >= 160, 0, 3600),
}
PLAUSIBLE = {
    "spo2": (1, 100),
    "pulse_rate": (1, 321),
    "nibp_sys": (20, 300),
    "nibp_dia": (10, 250),
    "nibp_map": (10, 270),
}
NAMES = {
    "SpO2": "spo2", "Oxygen Level": "spo2", "SpO2_POS": "spo2",
    "PR": "pulse_rate", "PULSE": "pulse_rate", "Pulse Rate": "pulse_rate", "SpO2_PR": "pulse_rate",
    "NBPSys": "nibp_sys", "noninvasivesystolic": "nibp_sys", "NIBP_Systolic": "nibp_sys",
    "NBPDias": "nibp_dia", "noninvasivediastolic": "nibp_dia", "NIBP_Diastolic": "nibp_dia",
    "NBPMean": "nibp_map", "noninvasivemean": "nibp_map", "NIBP_Mean": "nibp_map",
}  # fmt: skip
CLOCKS = {"t_s": "s", "observationoffset": "min", "time": "s"}
"""Clocks of plain numbers, and their unit."""
SILENT = 10
"""While nothing is known a wait goes on, and that much beyond its delay at most."""
NARROW, WIDE = 10, 120
"""Between systolic and diastolic pressure, mmHg: outside these they hardly go together."""
MEMORY = 30
"""No cuff measures twice within so many seconds."""
SLOWEST_WAVE = 4
"""Hz: a record with more numbers a second holds waveforms."""
ALL = 5
"""Where in a row of the printed table the alarms of all priorities stand."""


def tables(file: Path) -> Iterator[pd.DataFrame]:
    """Each patient's table of a file: seconds in `at`, a column a signal, NaN where there is no number."""
    if file.suffix == ".hea":
        import wfdb  # noqa: PLC0415 - only where there is such a record

        record = wfdb.rdrecord(str(file.with_suffix("")))
        frame = pd.DataFrame(record.p_signal, columns=record.sig_name)
        frame["at"] = frame.index / record.fs
        if record.fs > SLOWEST_WAVE:
            frame = frame[["at"]]  # waveforms
        yield tidy(frame)
        return
    frame = pd.read_csv(file, comment="#", low_memory=False).copy()
    of = "patientunitstayid"
    for _, rows in frame.groupby(of, sort=False) if of in frame else [("", frame)]:
        clock = next((name for name in CLOCKS if name in rows), None)
        part = rows.loc[:, ~rows.columns.str.endswith(".1")].copy()
        if clock is not None and pd.to_numeric(part[clock], errors="coerce").notna().all():
            seconds = pd.to_timedelta(pd.to_numeric(part[clock]), unit=CLOCKS[clock])
            part = part.assign(at=seconds.dt.total_seconds())
        elif "Time" in part:
            times = pd.to_datetime(part["Time"], format="mixed", utc=True)
            part = part.assign(at=(times - times.iloc[0]).dt.total_seconds())
        yield tidy(part)


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that count, in order of time, without what no patient has."""
    found = frame.rename(columns=NAMES)
    if "at" not in found:
        return pd.DataFrame({"at": []})
    found = found.loc[:, ~found.columns.duplicated()]
    found = found[["at", *(name for name in PLAUSIBLE if name in found)]]
    found = found.apply(pd.to_numeric, errors="coerce").sort_values("at", kind="stable")
    for signal, (low, high) in PLAUSIBLE.items():
        if signal in found:
            found[signal] = found[signal].where(found[signal].between(low, high))
    return found.drop_duplicates()


def pressures(frame: pd.DataFrame) -> pd.DataFrame:
    """Without what no cuff measures, and which of them hardly go together: such may begin an alarm and never end one,
    until the next measurement says it again.
    """
    if "nibp_dia" not in frame:
        return frame.assign(doubted=False)
    impossible = frame["nibp_sys"] <= frame["nibp_dia"]
    rows = frame[~impossible & frame["nibp_sys"].notna()]
    width = rows["nibp_sys"] - rows["nibp_dia"]
    odd = (width < NARROW) | (width > WIDE)
    if "nibp_map" in rows:
        odd |= (rows["nibp_map"] < rows["nibp_dia"]) | (rows["nibp_map"] > rows["nibp_sys"])
    again = odd.shift(fill_value=False)
    # The same numbers in rows less than 30 s apart are the monitor's memory, no new measurement.
    old = (rows["nibp_sys"] == rows["nibp_sys"].shift()) & (rows["at"].diff() < MEMORY)
    return rows.assign(doubted=odd & ~again)[~old]


def alarms(frame: pd.DataFrame, signal: str) -> int:
    """How often an alarm of the signal's rule begins."""
    _, beyond, delay, least = RULES[signal]
    end = frame["at"].max()
    rows = pressures(frame) if signal == "nibp_sys" else frame.assign(doubted=False)
    rows = rows.dropna(subset=signal).drop_duplicates("at", keep="last")
    if rows.empty:
        return 0
    gaps = rows["at"].diff()
    speaks = max(least, 2.5 * gaps[gaps > 0].median()) if len(rows) > 1 else least
    until = rows["at"].shift(-1, fill_value=end)
    bad = beyond(rows[signal])
    waited, on, count = 0.0, False, 0
    for at, after, out, doubted in zip(rows["at"], until, bad, rows["doubted"], strict=True):
        known = min(speaks, after - at)
        if out and not on:
            due = at + max(0, delay - waited)
            if due in (at, end) or due < at + known:
                on, waited, count = True, 0.0, count + 1
            else:
                waited = min(waited + known, delay)
        elif not out and on and not doubted:
            on = False
        elif not out and not on:
            waited = max(0.0, waited - 2 * known)  # a wait goes back twice as fast
        if not on and waited and known < after - at:
            waited = min(waited + after - at - known, delay + SILENT)
    return count


def printed(file: Path) -> tuple[dict[str, int], bool]:
    """The alarms by rule that monitord prints; what it says where it reads no recording."""
    rules = Path(__file__).with_name("three_rules.yaml")
    program = Path(sys.executable).with_name("monitord")
    words = [program, "backtest", file, "-p", rules]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    rows = (line.split() for line in done.stdout.splitlines())
    found = {row[0]: int(row[ALL]) for row in rows if "physiological" in row[1:2]}
    return found, done.returncode in {0, 1, 3}


def main(folder: Path) -> bool:
    """A line a file and rule."""
    differ = 0
    print(f"{'file':44} {'rule':16} {'pandas':>7} {'monitord':>9}")
    for file in sorted(folder.rglob("*")):
        if not file.name.endswith((".csv", ".csv.gz", ".hea")) or ".events." in file.name:
            continue
        found, usable = printed(file)
        patients = list(tables(file))
        for signal, (rule, *_) in RULES.items():
            there = [each for each in patients if signal in each and each[signal].notna().any()]
            counted = sum(alarms(each, signal) for each in there)
            told = found.get(rule, 0)
            words = "" if there else "no such reading"
            if counted != told or not usable:
                differ, words = differ + 1, "DIFFERENT"
            print(f"{file.name:44} {rule:16} {counted:7} {told:9}  {words}".rstrip())
    print("every number is the same" if not differ else f"{differ} numbers differ")
    return differ > 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
