// The head of the page, always in sight: is this live, does it sound, and which beds alarm.
import { again, became, notKnown, trouble } from "./send_action";
import { hidden, lossAnswered, locked, unlock } from "./attention";
import { clock, timeOfDay } from "./format";
import { broken, dead, deadSounding, hello, lost, now, silence, tiles } from "./live";
import { heldBack } from "./lumps";
import { older, renew, replaced, stuck } from "./reload_after_upgrade";
import { narrow } from "./chair_layout";
import { HeadButtons } from "./head_buttons";
import { PrintBanner } from "./sessions";
import { TestBanner } from "./station";
import { rich, t } from "./words";

const CLOCK_DIFFERENCE_MS = 2000;

export function Header() {
  const { suite, notice } = hello.value;
  const ahead = now.value - Date.now();
  return (
    <>
      <div class="top">
        <h1 class="suite">{suite || "monitord"}</h1>
        <span class="time">{now.value ? timeOfDay(now.value) : "--:--"}</span>
        <span class={`live ${dead.value ? "gone" : ""}`} role="status">
          {dead.value ? t("top.gone") : silence.value >= 1500 ? t("top.quiet", { seconds: silence.value / 1000 }) : t("top.live")}
        </span>
        {Math.abs(ahead) > CLOCK_DIFFERENCE_MS && !dead.value && (
          <span class="differs" title={t("top.clock_title")}>
            {Math.abs(ahead) < 3600000 ? t("top.clock_differs", { difference: (ahead > 0 ? "+" : "−") + clock(ahead) }) : t("top.clock_hours")}
          </span>
        )}
        {notice && !narrow.value && <strong class="notice">{notice}</strong>}
        <HeadButtons />
      </div>
      <Banners />
    </>
  );
}

function Banners() {
  return (
    <>
      {dead.value && (
        <div class="banner loss" role="alert">
          <p>
            <b>{t("loss.title", { seconds: Math.floor(silence.value / 1000) })}</b>
            <br />
            {t("loss.text")}
          </p>
          {deadSounding.value && !lossAnswered.value && (
            <button class="big" onClick={() => (lossAnswered.value = true)}>
              {t("loss.stop")}
            </button>
          )}
        </div>
      )}
      {!dead.value && lost.value && (
        <div class="banner back" role="status">
          <p>
            {t("loss.back", { time: timeOfDay(lost.value.until), seconds: Math.round(lost.value.ms / 1000) })}
          </p>
          <button onClick={() => (lost.value = null)}>{t("top.ok")}</button>
        </div>
      )}
      {!dead.value && heldBack.value !== null && (
        <div class="banner locked" role="status" data-lumps>
          <p>
            <b>{t("lumps.late", { seconds: Math.ceil(heldBack.value / 1000) })}</b> {t("lumps.why")}
          </p>
        </div>
      )}
      {[...broken.value].map(([bed, error]) => (
        <div key={bed} class="banner loss" role="alert">
          <p>
            <b>{t("top.broken", { what: bed === null ? t("top.broken_suite") : (tiles.value.get(bed)?.label ?? t("bed.unnamed", { bed })) })}</b>{" "}
            {t("top.go_there")} <small>{error}</small>
          </p>
        </div>
      ))}
      <TestBanner />
      <PrintBanner />
      {locked.value && (
        <div class="banner locked" role="alert">
          <p>
            {rich("sound.locked_text", { locked: <b>{t("sound.locked")}</b> })}
          </p>
          <button class="big" onClick={unlock}>
            {t("sound.unlock")}
          </button>
        </div>
      )}
      {hidden.value && <div class="banner locked">{t("sound.hidden")}</div>}
      {trouble.value && (
        <div class="banner trouble" role="alert">
          <p>
            {trouble.value.what && <b>{trouble.value.what}: </b>}
            {trouble.value.why === notKnown() ? notKnown() : t("refused.not_done", { why: trouble.value.why })}
          </p>
          <button onClick={() => (trouble.value = null)}>{t("top.ok")}</button>
        </div>
      )}
      {older.value && (
        <div class="banner locked" role="status" data-older>
          <p>
            {t("renew.older")}{" "}
            {t(stuck.value ? "renew.same" : "renew.when")}
          </p>
          <button onClick={() => void renew()}>{t("renew.now")}</button>
        </div>
      )}
      {replaced.value !== null && (
        <div class="banner back" role="status" data-replaced>
          <p>{t("renew.was", { time: timeOfDay(replaced.value) })}</p>
          <button onClick={() => (replaced.value = null)}>{t("top.ok")}</button>
        </div>
      )}
      {again.value && (
        <div class="banner locked" role="status" data-again>
          <p>
            {rich("again.no_answer", { action: <b>{again.value}</b> })}
          </p>
        </div>
      )}
      {became.value && (
        <div class="banner back" role="status" data-became>
          <p>
            {rich("again.taken", { action: <b>{became.value}</b> })}
          </p>
          <button onClick={() => (became.value = null)}>{t("top.ok")}</button>
        </div>
      )}
    </>
  );
}
