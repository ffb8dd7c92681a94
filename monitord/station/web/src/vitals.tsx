// The numbers, each with what makes it believable: its age, its quality, the limits in force.
import { useState } from "preact/hooks";
import { age, fresh, number, unanswered, unit } from "./format";
import { now } from "./live";
import { inWords, qualityName, signalLabel } from "./sentences";
import type { Bed, Limit, Reading } from "./types";
import { t, writtenLimit } from "./words";

const CONTINUOUS = ["spo2", "pulse_rate", "perfusion_index", "resp_rate", "etco2"];
const CUFF = ["nibp_sys", "nibp_dia", "nibp_map", "nibp_pulse", "cuff_pressure"];
/** A continuous signal says its age once it is older than this; the cuff always does. */
const SAY_AGE_MS = 3000;
/** From this age on a number says it however little room there is: of a cuff too. */
const OLD_MS = 60_000;
/** A cuff at rest shows a few mmHg. */
const INFLATED_MMHG = 15;

export function Vitals({ bed }: { bed: Bed }) {
  const find = (name: string) => bed.signals.find((reading) => reading.signal === name);
  const sys = find("nibp_sys");
  return (
    <div class="vitals">
      {CONTINUOUS.map((name) => {
        const reading = find(name);
        return reading && <Vital key={name} bed={bed} reading={reading} />;
      })}
      {sys && <Pressure bed={bed} sys={sys} find={find} />}
    </div>
  );
}

function alarmed(bed: Bed, ...signals: string[]): string {
  const found = bed.alarms.find(
    (alarm) => unanswered(alarm) && alarm.kind === "physiological" && signals.includes(alarm.signal ?? ""),
  );
  return found ? `alarmed ${found.priority}` : "";
}

function Vital({ bed, reading }: { bed: Bed; reading: Reading }) {
  const usable = fresh(reading, now.value);
  const state = said(reading, usable, SAY_AGE_MS);
  return (
    <section class={`vital ${reading.signal} ${reading.by_hand ? "by-hand" : ""} ${aged(reading)} ${usable ? "" : "unknown"} ${alarmed(bed, reading.signal)}`}>
      <h3>
        {signalLabel(reading)} <small>{unit(reading.unit)}</small>
      </h3>
      <output data-whole data-signal={reading.signal}>{usable ? number(reading) : "--"}</output>
      <div class="side">
        <p class={state === t("vital.now") ? "state now" : "state"}>{state}</p>
        <Limits limits={reading.limits} />
      </div>
    </section>
  );
}

/** One measurement: values that came with the systolic one; an older mean or diastolic is not its own. */
function Pressure({ bed, sys, find }: { bed: Bed; sys: Reading; find: (name: string) => Reading | undefined }) {
  const usable = fresh(sys, now.value);
  const beside = (name: string) => {
    const reading = find(name);
    return reading && reading.value !== null && reading.at === sys.at ? number(reading) : null;
  };
  const mean = beside("nibp_map");
  const cuff = find("cuff_pressure");
  const inflating = cuff && fresh(cuff, now.value) && cuff.value! > INFLATED_MMHG;
  return (
    <section class={`vital nibp ${aged(sys)} ${usable ? "" : "unknown"} ${alarmed(bed, ...CUFF)}`}>
      <h3>
        {t("vital.nibp")} <small>{unit(sys.unit)}</small>
      </h3>
      <output data-whole data-signal="nibp">
        {usable ? `${number(sys)}/${beside("nibp_dia") ?? "--"}` : "--/--"}
        {usable && mean && <small> ({mean})</small>}
      </output>
      <div class="side">
        <p class="state">{inflating ? t("vital.cuff_at", { pressure: number(cuff) }) : said(sys, usable, 0)}</p>
        <Limits limits={sys.limits} label={t("vital.sys")} />
        <Limits limits={find("nibp_dia")?.limits ?? []} label={t("vital.dia")} />
      </div>
    </section>
  );
}

/** `old` where the number must say its age, or why it is doubtful, in however little room. */
const aged = (reading: Reading) =>
  reading.by_hand || reading.at === null || now.value - reading.at >= OLD_MS || (reading.quality && reading.quality !== "good") ? "old" : "";

/** `4 s`, `probe off`, `last 97, 45 s ago`: never a number that looks live and isn't. */
function said(reading: Reading, usable: boolean, from: number): string {
  if (reading.at === null) return t("vital.never");
  const old = now.value - reading.at;
  const quality = reading.quality && reading.quality !== "good" ? qualityName(reading.quality) : "";
  const hand = reading.by_hand ? t("vital.by_hand") : "";
  if (usable) return [hand, quality, hand || old >= from ? age(old) : ""].filter(Boolean).join(" · ") || t("vital.now");
  if (hand && reading.value !== null) return t("vital.by_hand_ago", { value: number(reading), age: age(old) });
  if (quality) return `${quality} · ${age(old)}`;
  return reading.value === null ? `${t("vital.no_value")} · ${age(old)}` : t("vital.last", { value: number(reading), age: age(old) });
}

/** A limit that must last so long says it. */
const slow = (limit: Limit) => /min|h$/.test(limit.delay);

/** Each way the limit that the value reaches first; one tap shows every level with its delay. */
function Limits({ limits, label }: { limits: Limit[]; label?: string }) {
  const [all, setAll] = useState(false);
  if (limits.length === 0) return null;
  const first = limits.filter((limit) => limit.first);
  const shown = all ? limits : first.length ? first : limits.slice(0, 1);
  const every = limits.map((limit) => t(limit.own ? "vital.limit_own" : "vital.limit", { priority: t(`priority.${limit.priority}`), limit: inWords(limit.says, limit.words) })).join("\n");
  return (
    <button class="limits" title={every} aria-expanded={all} onClick={() => setAll(!all)}>
      {label && <i>{label}</i>}
      {shown.map((limit) => (
        <span key={`${limit.text} ${limit.priority} ${limit.delay}`} class={`${limit.priority} ${limit.own ? "own" : ""}`}>
          {writtenLimit(all ? limit.text : limit.reached || limit.text)}
          {(all || slow(limit)) && ` ${limit.delay}`}
          {limit.own && <b> {t("vital.own")}</b>}
        </span>
      ))}
    </button>
  );
}

/** What staff saw: the sedation score always, symptoms where there are any, and how old that is. */
export function Observed({ bed }: { bed: Bed }) {
  const seen = bed.signals.filter(
    (reading) => ![...CONTINUOUS, ...CUFF].includes(reading.signal) && reading.at !== null && reading.value !== null,
  );
  if (seen.length === 0 && bed.idle.length === 0) return null;
  const scores = seen.filter((reading) => reading.unit === "1" && reading.signal !== "moaas");
  const present = scores.filter((reading) => reading.value !== 0);
  const told = seen.filter((reading) => !scores.includes(reading) || present.includes(reading));
  const newest = Math.max(...scores.map((reading) => reading.at!));
  return (
    <p class="others">
      {told.map((reading) => (
        <span key={reading.signal}>
          {signalLabel(reading)} <b>{number(reading)}</b> {unit(reading.unit)} <small>{reading.by_hand && reading.unit !== "1" && `${t("vital.by_hand")} `}{age(now.value - reading.at!)}</small>
        </span>
      ))}
      {scores.length > 0 && present.length === 0 && (
        <span>
          {t("vital.no_symptoms")} <small>{age(now.value - newest)}</small>
        </span>
      )}
      {bed.idle.length > 0 && (
        <span class="idle" title={bed.idle.map((rule) => t("vital.idle", { rule: inWords(rule.what, rule.rule), why: inWords(rule.says, rule.why) })).join("\n")}>
          {bed.idle.length === 1 ? t("vital.no_sensor_one") : t("vital.no_sensor", { count: bed.idle.length })}
        </span>
      )}
    </p>
  );
}
