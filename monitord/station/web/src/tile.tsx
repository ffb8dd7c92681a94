// One bed, readable from the door.
import { useEffect, useState } from "preact/hooks";
import { act, who } from "./send_action";
import { Actions } from "./actions";
import { Alarms } from "./alarm_rows";
import { showDetail } from "./detail";
import { useElsewhere } from "./elsewhere";
import { useFit } from "./fit";
import { clock, unanswered } from "./format";
import { dead, now } from "./live";
import { Pleth } from "./pleth";
import { Prompts } from "./prompts";
import { RefusedBeside, tapped } from "./refused";
import { dueTitle, reasonName, signalName } from "./sentences";
import { Swapped } from "./swap";
import { TrendLine } from "./trend";
import { Observed, Vitals } from "./vitals";
import type { Away, Bed, Due, Session, Unmonitored } from "./types";
import { t } from "./words";

export function Tile({ bed }: { bed: Bed }) {
  const [acting, setActing] = useState(false);
  const tile = useFit(shape(bed, acting));
  const from = useElsewhere();
  const worst = bed.alarms.find(unanswered);
  // A list that was left open must never lie over what is new.
  const news = bed.alarms.filter(unanswered).map(({ id, priority }) => `${id}${priority}`).join(" ");
  useEffect(() => setActing(false), [news]);
  const state = worst ? `${worst.priority} ${worst.kind}` : bed.alarms.length ? "answered" : "quiet";
  return (
    <article ref={tile} id={`bed-${bed.bed}`} class={`tile ${state}`} data-bed={bed.bed} aria-label={bed.label} onKeyDown={(event) => event.key === "Escape" && setActing(false)}>
      <header>
        <h2>
          {from ? (
            bed.label
          ) : (
            <button class="name" onClick={() => (showDetail.value = bed.bed)}>
              {bed.label}
            </button>
          )}
        </h2>
        {bed.session ? <Visit session={bed.session} /> : <p class="visit empty">{t("tile.no_session")}</p>}
        {!from && (
          <>
            <button class="more" aria-expanded={acting} onClick={() => setActing(!acting)}>
              {t(acting ? "tile.close" : "tile.actions")}
            </button>
            <button class="help" onClick={() => void tapped(bed.bed, bed.bed, act(bed.bed, { type: "call_help", ...named() }))}>
              {t("help")}
            </button>
          </>
        )}
      </header>
      {bed.simulated && <p class="simulated">{t("simulated")}</p>}
      <RefusedBeside bed={bed.bed} shown={bed.alarms.map((alarm) => alarm.id)} />
      <Swapped bed={bed} />
      <Alarms bed={bed} kind="physiological" />
      <Vitals bed={bed} />
      {bed.session && <Prompts bed={bed} session={bed.session} />}
      <Alarms bed={bed} kind="technical" />
      {!from && (
        <div class="curves">
          <Pleth bed={bed.bed} />
          <TrendLine bed={bed.bed} />
        </div>
      )}
      <div class="below">
        <div class="notes">
          <Alarms bed={bed} kind="task" />
          <DueLine bed={bed} />
          <Observed bed={bed} />
        </div>
        {!from && <Actions bed={bed} all={acting} show={setActing} />}
      </div>
      {dead.value && <div class="veil">{t("tile.not_live")}</div>}
    </article>
  );
}

/** What decides how much room a tile needs: with it the tile is fitted anew. */
const shape = (bed: Bed, acting: boolean) =>
  [
    acting,
    bed.session?.stage,
    bed.session?.infusion,
    bed.session?.prompts.length,
    bed.session?.away !== null,
    bed.due.length,
    bed.swapped.length,
    ...bed.signals.map((reading) => `${reading.signal}${reading.at === null || reading.value === null}`),
    ...bed.alarms.map((alarm) => `${alarm.id}${alarm.priority}${alarm.phase}${Math.round(alarm.text.length / 8)}`),
  ].join(" ");

/** It keeps its place: a bed never vanishes because its software failed. */
export function Lost({ lost }: { lost: Unmonitored }) {
  return (
    <article id={`bed-${lost.bed}`} class="tile high lost" data-bed={lost.bed} aria-label={lost.label}>
      <header>
        <h2>{lost.label}</h2>
      </header>
      <p class="none">{t("tile.lost")}</p>
      <p>{t("tile.lost_text")}</p>
      {lost.why && <small>{lost.why}</small>}
    </article>
  );
}

export const named = () => (who.value ? { by: who.value } : {});

const awayLeft = ({ reason: why, until }: Away) =>
  t(why ? "tile.away" : "tile.away_plain", { why: reasonName(why), time: clock(Math.max(0, until - now.value)) });

function Visit({ session }: { session: Session }) {
  const past = now.value - session.since;
  const whole = session.ends === null ? null : session.ends - session.since;
  const left = session.ends === null ? null : session.ends - now.value;
  return (
    <div class={session.away || session.reaction || session.infusion === "paused" ? "visit unusual" : "visit"}>
      <Ring share={whole ? past / whole : null} running={session.infusion === "running"} />
      <p>
        <b>
          <span class="phase">{session.phase_title}</span>
          {session.infusion === "paused" && ` · ${t("tile.paused")}`}
          {session.reaction && ` · ${t("tile.reaction", { time: clock(now.value - session.reaction.since) })}`}
          {session.away && ` · ${awayLeft(session.away)}`}
        </b>{" "}
        <span class="clock">{clock(past)}</span>
        {left !== null && <span class="left"> · {t(left >= 0 ? "tile.left" : "tile.over", { time: clock(left) })}</span>}
        <br />
        <small title={session.title}>
          {session.pseudonym || t("visit.no_pseudonym")}
          <span class="terms"> · {[session.title, ...session.overlays].join(" · ")}</span>
        </small>
      </p>
    </div>
  );
}

const RADIUS = 19;
const ROUND = 2 * Math.PI * RADIUS;

function Ring({ share, running }: { share: number | null; running: boolean }) {
  const done = Math.min(1, Math.max(0, share ?? 0));
  return (
    <svg class={running ? "ring running" : "ring"} viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r={RADIUS} class="track" />
      {share !== null && (
        <circle
          cx="24"
          cy="24"
          r={RADIUS}
          class="done"
          stroke-dasharray={`${done * ROUND} ${ROUND}`}
          transform="rotate(-90 24 24)"
        />
      )}
    </svg>
  );
}

/** What is wanted at the same time stands together. */
function together(due: Due[]): Due[] {
  const times = new Map<number, Due>();
  for (const item of due) {
    const found = times.get(item.due);
    const title = dueTitle(item);
    times.set(item.due, found ? { ...found, title: `${found.title}, ${title}` } : { ...item, title });
  }
  return [...times.values()];
}

function DueLine({ bed }: { bed: Bed }) {
  const next = together(bed.due).slice(0, 3);
  return (
    <p class="due">
      {next.length === 0 && bed.session && <span>{t("due.nothing")}</span>}
      {next.map((item) => {
        const left = item.due - now.value;
        return (
          <span key={item.item} class={left < 0 ? "late" : left < 60000 ? "soon" : ""}>
            {item.title} <b>{t(left < 0 ? "due.late" : "due.in", { time: clock(left) })}</b>
            {item.missing.length > 0 && ` · ${t("due.not_asked", { signs: item.missing.map(signalName).join(", ") })}`}
          </span>
        );
      })}
    </p>
  );
}
