// The numbers, each with what makes it believable: its age, its quality, the limits in force.
import { age, fresh, number, unanswered, unit, words } from "./format";
import { now } from "./live";
import type { Bed, Limit, Reading } from "./types";

const BIG = ["spo2", "pulse_rate", "perfusion_index", "resp_rate"];
/** A continuous signal says its age once it is older than this; the cuff always does. */
const SAY_AGE_MS = 3000;

export function Vitals({ bed }: { bed: Bed }) {
  const find = (name: string) => bed.signals.find((reading) => reading.signal === name);
  const sys = find("nibp_sys");
  const dia = find("nibp_dia");
  const others = bed.signals.filter(
    (reading) => ![...BIG, "nibp_sys", "nibp_dia", "nibp_map"].includes(reading.signal) && reading.at !== null,
  );
  return (
    <div class="vitals">
      {BIG.map((name) => {
        const reading = find(name);
        return reading && <Vital key={name} bed={bed} reading={reading} />;
      })}
      {sys && dia && <Pressure bed={bed} sys={sys} dia={dia} map={find("nibp_map")} />}
      {others.length > 0 && (
        <p class="others">
          {others.map((reading) => (
            <span key={reading.signal}>
              {reading.label} <b>{number(reading)}</b> {unit(reading.unit)} <small>{age(now.value - reading.at!)}</small>
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function alarmed(bed: Bed, ...signals: string[]): string {
  const found = bed.alarms.find((alarm) => unanswered(alarm) && alarm.kind === "physiological" && signals.includes(alarm.signal ?? ""));
  return found ? `alarmed ${found.priority}` : "";
}

function Vital({ bed, reading }: { bed: Bed; reading: Reading }) {
  const usable = fresh(reading, now.value);
  return (
    <section class={`vital ${reading.signal} ${usable ? "" : "unknown"} ${alarmed(bed, reading.signal)}`}>
      <h3>
        {reading.label} <small>{unit(reading.unit)}</small>
      </h3>
      <output data-signal={reading.signal}>{usable ? number(reading) : "--"}</output>
      <div class="side">
        <p class="state">{said(reading, usable, SAY_AGE_MS)}</p>
        <Limits limits={reading.limits} />
      </div>
    </section>
  );
}

function Pressure({ bed, sys, dia, map }: { bed: Bed; sys: Reading; dia: Reading; map: Reading | undefined }) {
  const usable = fresh(sys, now.value);
  return (
    <section class={`vital nibp ${usable ? "" : "unknown"} ${alarmed(bed, "nibp_sys", "nibp_dia", "nibp_map")}`}>
      <h3>
        NIBP <small>mmHg</small>
      </h3>
      <output data-signal="nibp">
        {usable ? `${number(sys)}/${number(dia)}` : "--/--"}
        {usable && map?.value != null && <small> ({number(map)})</small>}
      </output>
      <div class="side">
        <p class="state">{said(sys, usable, 0)}</p>
        <Limits limits={sys.limits} label="sys" />
        <Limits limits={dia.limits} label="dia" />
      </div>
    </section>
  );
}

/** `4 s`, `probe off`, `last 97, 45 s ago`: never a number that looks live and isn't. */
function said(reading: Reading, usable: boolean, from: number): string {
  if (reading.at === null) return "never received";
  const old = now.value - reading.at;
  const quality = reading.quality && reading.quality !== "good" ? words(reading.quality) : "";
  if (usable) return [quality, old >= from ? age(old) : ""].filter(Boolean).join(" · ") || "now";
  if (quality) return `${quality} · ${age(old)}`;
  return reading.value === null ? `no value · ${age(old)}` : `last ${number(reading)}, ${age(old)} ago`;
}

function Limits({ limits, label }: { limits: Limit[]; label?: string }) {
  return (
    <p class="limits">
      {label && limits.length > 0 && <i>{label}</i>}
      {limits.map((limit) => (
        <span key={limit.text + limit.delay} class={limit.priority} title={`${limit.priority} when held for ${limit.delay}`}>
          {limit.text}
        </span>
      ))}
    </p>
  );
}
