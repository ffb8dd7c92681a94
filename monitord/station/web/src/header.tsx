// The head of the page, always in sight: is this live, does it sound, and which beds alarm.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { again, became, notKnown, trouble } from "./send_action";
import { hidden, lossAnswered, locked, test, unlock } from "./attention";
import { clock, timeOfDay } from "./format";
import { showLegend } from "./legend";
import { showLimits } from "./limits";
import { broken, dead, deadSounding, hello, lost, now, silence, tiles } from "./live";
import { Person } from "./lock";
import { showLog } from "./log";
import { heldBack } from "./lumps";
import { older, renew, replaced, stuck } from "./reload_after_upgrade";
import { narrow, tight } from "./chair_layout";
import { PrintBanner, SessionsButton } from "./sessions";
import { StationButton, TestBanner } from "./station";
import { SuiteButton } from "./suite";
import { another, wish } from "./theme";
import { anotherVolume, leastVolume, volume } from "./volume";
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
        <span class="spring" />
        <Menu />
      </div>
      <Banners />
    </>
  );
}

const open = signal(false);

/** Where there is little room, what is seldom wanted stands behind one button; where there is least, all of it. */
function Menu() {
  if (!tight.value)
    return (
      <>
        <Often />
        <Seldom />
        <Person />
      </>
    );
  if (!narrow.value)
    return (
      <>
        <Often />
        <Behind>
          <Seldom />
        </Behind>
        <Person />
      </>
    );
  return (
    <Behind>
      <Often />
      <Seldom />
      <Person />
    </Behind>
  );
}

function Behind({ children }: { children: ComponentChildren }) {
  return (
    <div class="menu" onKeyDown={(event) => event.key === "Escape" && (open.value = false)}>
      <button aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
        {t("top.menu")}
      </button>
      {open.value && <div onClick={() => (open.value = false)}>{children}</div>}
    </div>
  );
}

const percent = (share: number) => Math.round(share * 100);

function Often() {
  return (
    <>
      <SuiteButton />
      <StationButton />
      <button onClick={() => (showLimits.value = !showLimits.value)}>{t("top.limits")}</button>
      <button onClick={() => (showLog.value = !showLog.value)}>{t("top.log")}</button>
    </>
  );
}

function Seldom() {
  return (
    <>
      <button onClick={() => (showLegend.value = !showLegend.value)}>{t("top.legend")}</button>
      <SessionsButton />
      <button onClick={anotherVolume} title={t("volume.title", { least: percent(leastVolume.value) })}>
        {t("volume.button", { volume: percent(volume.value) })}
      </button>
      <button onClick={test}>{t("top.test_sound")}</button>
      <button onClick={another} title={t("top.theme_title")}>
        {t(`theme.${wish.value}`)}
      </button>
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
          <p>{trouble.value === notKnown() ? trouble.value : t("refused.not_done", { why: trouble.value })}</p>
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
