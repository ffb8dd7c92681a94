import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { wanted } from "./attention";
import { Boundary, BrokenTile, Part } from "./broken";
import { alarms, broken, dead, hello, tiles, unmonitored } from "./live";
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
        <Part name="The head of this page" of={alarms.value}>
          <Top />
        </Part>
        <Part name="The alarms" of={alarms.value}>
          <Strip />
        </Part>
      </header>
      <main class={`tiles ${layout(beds.length)}`}>
        {beds.map((name) => (
          <Place key={name} name={name} />
        ))}
      </main>
      {PANELS.map(([name, Panel]) => (
        <Part key={name} name={name} of={alarms.value}>
          <Panel />
        </Part>
      ))}
      <footer>
        {DISCLAIMERS.map((text) => (
          <p key={text}>{text}</p>
        ))}
      </footer>
    </div>
  );
}

const PANELS: [string, () => ComponentChildren][] = [
  ["The bed in detail", Detail],
  ["The alarm log", Log],
  ["The suite's page", SuitePanel],
  ["The accounts", People],
  ["The sheet", Sheet],
];

/** Of a bed: its tile, or what stands there instead. */
function Place({ name }: { name: string }) {
  const bed = tiles.value.get(name);
  const lost = unmonitored.value.get(name);
  const failed = broken.value.get(name);
  if (lost) return <Lost lost={lost} />;
  if (failed !== undefined) return <BrokenTile name={name} bed={bed} why={failed} live={false} />;
  if (!bed) return null;
  return (
    <Boundary of={bed} instead={(why) => <BrokenTile name={name} bed={bed} why={why} live />}>
      <Tile bed={bed} />
    </Boundary>
  );
}
