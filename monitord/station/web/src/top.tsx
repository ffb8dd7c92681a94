// The head of the page, always in sight: is this live, does it sound, and which beds alarm.
import { signal } from "@preact/signals";
import { again, became, NOT_KNOWN, trouble } from "./send_action";
import { hidden, lossAnswered, locked, test, unlock } from "./attention";
import { clock, timeOfDay } from "./format";
import { showLimits } from "./limits";
import { broken, dead, deadSounding, hello, lost, now, silence, tiles } from "./live";
import { Person } from "./lock";
import { showLog } from "./log";
import { heldBack } from "./lumps";
import { older, renew, replaced, stuck } from "./reload_after_upgrade";
import { narrow } from "./room";
import { PrintBanner, SessionsButton } from "./sessions";
import { StationButton, TestBanner } from "./station";
import { SuiteButton } from "./suite";
import { another, wish } from "./theme";

const CLOCK_DIFFERENCE_MS = 2000;
const THEMES = { dark: "Dark", bright: "Bright", hour: "By the hour" };

export function Top() {
  const { suite, notice } = hello.value;
  const ahead = now.value - Date.now();
  return (
    <>
      <div class="top">
        <h1 class="suite">{suite || "monitord"}</h1>
        <span class="time">{now.value ? timeOfDay(now.value) : "--:--"}</span>
        <span class={`live ${dead.value ? "gone" : ""}`} role="status">
          {dead.value ? "NOT LIVE" : silence.value >= 1500 ? `quiet ${silence.value / 1000} s` : "live"}
        </span>
        {Math.abs(ahead) > CLOCK_DIFFERENCE_MS && !dead.value && (
          <span class="differs" title="The daemon's clock against this screen's">
            {Math.abs(ahead) < 3600000 ? `clock ${ahead > 0 ? "+" : "−"}${clock(ahead)}` : "clock differs by hours"}
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

/** Where there is little room, the buttons of the head stand behind one. */
function Menu() {
  if (!narrow.value) return <Buttons />;
  return (
    <div class="menu" onKeyDown={(event) => event.key === "Escape" && (open.value = false)}>
      <button aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
        Menu
      </button>
      {open.value && (
        <div onClick={() => (open.value = false)}>
          <Buttons />
        </div>
      )}
    </div>
  );
}

function Buttons() {
  return (
    <>
      <SuiteButton />
      <StationButton />
      <button onClick={() => (showLimits.value = !showLimits.value)}>Limits</button>
      <button onClick={() => (showLog.value = !showLog.value)}>Alarm log</button>
      <SessionsButton />
      <button onClick={test}>Test sound</button>
      <button onClick={another} title="Dark, bright, or bright from 7 to 19 o'clock">
        {THEMES[wish.value]}
      </button>
      <Person />
    </>
  );
}

function Banners() {
  return (
    <>
      {dead.value && (
        <div class="banner loss" role="alert">
          <p>
            <b>NO CONNECTION TO MONITORD for {Math.floor(silence.value / 1000)} s</b>
            <br />
            No bed is watched from here. Look at the patients and at their own monitors.
          </p>
          {deadSounding.value && !lossAnswered.value && (
            <button class="big" onClick={() => (lossAnswered.value = true)}>
              I know: stop this sound
            </button>
          )}
        </div>
      )}
      {!dead.value && lost.value && (
        <div class="banner back" role="status">
          <p>
            Connection back at {timeOfDay(lost.value.until)} after {Math.round(lost.value.ms / 1000)} s. Alarms told
            meanwhile are in the log.
          </p>
          <button onClick={() => (lost.value = null)}>OK</button>
        </div>
      )}
      {!dead.value && heldBack.value !== null && (
        <div class="banner locked" role="status" data-lumps>
          <p>
            <b>What this screen shows comes up to {Math.ceil(heldBack.value / 1000)} s late, in lumps.</b> Something between
            monitord and this screen holds it back: tell your engineer.
          </p>
        </div>
      )}
      {[...broken.value].map(([bed, error]) => (
        <div key={bed} class="banner loss" role="alert">
          <p>
            <b>{bed === null ? "Suite alarms" : (tiles.value.get(bed)?.label ?? `Bed ${bed}`)} can't be shown.</b> Go
            there. <small>{error}</small>
          </p>
        </div>
      ))}
      <TestBanner />
      <PrintBanner />
      {locked.value && (
        <div class="banner locked" role="alert">
          <p>
            <b>SOUND IS LOCKED</b> by the browser: this station is silent.
          </p>
          <button class="big" onClick={unlock}>
            Unlock sound
          </button>
        </div>
      )}
      {hidden.value && <div class="banner locked">Nobody sees this page: another one is in front of it.</div>}
      {trouble.value && (
        <div class="banner trouble" role="alert">
          <p>{trouble.value === NOT_KNOWN ? trouble.value : `Not done: ${trouble.value}`}</p>
          <button onClick={() => (trouble.value = null)}>OK</button>
        </div>
      )}
      {older.value && (
        <div class="banner locked" role="status" data-older>
          <p>
            monitord was upgraded, and this page is of the version before.{" "}
            {stuck.value ? "Reloading brought the same page again: tell your engineer." : "It reloads itself when nobody is busy here."}
          </p>
          <button onClick={() => void renew()}>Reload now</button>
        </div>
      )}
      {replaced.value !== null && (
        <div class="banner back" role="status" data-replaced>
          <p>This page was reloaded at {timeOfDay(replaced.value)}, because monitord was upgraded.</p>
          <button onClick={() => (replaced.value = null)}>OK</button>
        </div>
      )}
      {again.value && (
        <div class="banner locked" role="status" data-again>
          <p>
            No answer yet to <b>{again.value}</b>: it is sent again, and done once.
          </p>
        </div>
      )}
      {became.value && (
        <div class="banner back" role="status" data-became>
          <p>
            <b>{became.value}</b> was taken. Its answer was lost on the way.
          </p>
          <button onClick={() => (became.value = null)}>OK</button>
        </div>
      )}
    </>
  );
}
