import { useEffect, useRef } from "preact/hooks";
import { wanted } from "./attention";
import { alarms, dead, hello, tiles, unmonitored } from "./live";
import { unanswered } from "./format";
import { Detail } from "./detail";
import { Log } from "./log";
import { People } from "./people";
import { Sheet } from "./sheet";
import { SuitePanel } from "./suite";
import { Lost, Tile } from "./tile";
import { Strip, Top } from "./top";

const DISCLAIMERS = [
  "Not a medical device: not cleared, approved or CE-marked; no conformity with IEC 60601-1-8 or ISO 80601-2-61 claimed.",
  "Supplementary information; delivery is not guaranteed. Keep the approved monitor's own alarms on and audible, and staff present.",
  "Limits are examples with stated sources; a medical director must sign them. monitord never controls a pump or advises a dose.",
  "Silence is not safety. Oximeters err with skin tone, nail polish and low perfusion; cuffs with motion and arrhythmia. No warranty.",
];

/** How many beds share a row on a wide screen. */
const layout = (beds: number) => (beds > 8 ? "four dense" : beds > 6 ? "four" : beds > 4 || beds === 3 ? "three" : "two");

export function App() {
  const waiting = alarms.value.filter(unanswered).length;
  useEffect(() => {
    const count = waiting ? `(${waiting}) ` : "";
    document.title = dead.value ? "NO CONNECTION - monitord" : `${count}${hello.value.suite || "monitord"}`;
  }, [waiting, dead.value, hello.value.suite]);
  const head = useRef<HTMLElement>(null);
  useEffect(() => {
    // Sheet and log begin below the head: the alarms of every bed stay in sight.
    const measure = () => document.documentElement.style.setProperty("--head", `${head.current!.offsetHeight}px`);
    const resizing = new ResizeObserver(measure);
    resizing.observe(head.current!);
    return () => resizing.disconnect();
  }, []);
  const beds = hello.value.beds;
  return (
    <div class={dead.value ? "station dead" : "station"} data-wanted={wanted.value ?? "none"}>
      <header ref={head}>
        <Top />
        <Strip />
      </header>
      <main class={`tiles ${layout(beds.length)}`}>
        {beds.map((name) => {
          const bed = tiles.value.get(name);
          const lost = unmonitored.value.get(name);
          return bed ? <Tile key={name} bed={bed} /> : lost && <Lost key={name} lost={lost} />;
        })}
      </main>
      <Detail />
      <Log />
      <SuitePanel />
      <People />
      <Sheet />
      <footer>
        {DISCLAIMERS.map((text) => (
          <p key={text}>{text}</p>
        ))}
      </footer>
    </div>
  );
}
