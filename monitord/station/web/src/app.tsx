import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { voices, wanted } from "./attention";
import { Boundary, BrokenTile, Part } from "./broken";
import { alarms, broken, dead, hello, tiles, unmonitored } from "./live";
import { Detail } from "./detail";
import { Legend } from "./legend";
import { Limits } from "./limits";
import { Log } from "./log";
import { ordered } from "./order";
import { People } from "./people";
import { Review } from "./review";
import { TrendsOfSession } from "./review_trend";
import { arrange, HEAD_SHARES, narrow, room } from "./chair_layout";
import { Sessions } from "./sessions";
import { Sheet } from "./sheet";
import { compact, Strip, stripShape } from "./strip";
import { SuitePanel } from "./suite";
import { Lost, Tile } from "./tile";
import { Header } from "./header";
import { t, type Word } from "./words";

const DISCLAIMERS: Word[] = ["disclaimer.1", "disclaimer.2", "disclaimer.3", "disclaimer.4"];

/** How high the head is without what is there for a while. */
const standing = (head: HTMLElement) =>
  [...head.querySelectorAll<HTMLElement>(".banner")].reduce((height, banner) => height - banner.offsetHeight, head.offsetHeight);

export function App() {
  const head = useRef<HTMLElement>(null);
  const foot = useRef<HTMLElement>(null);
  const beds = hello.value.beds;
  const alarming = stripShape();
  const arranged = () => {
    const share = HEAD_SHARES[compact.peek()];
    if (share !== undefined && standing(head.current!) > share * innerHeight) compact.value += 1;
    // Sheet and log begin below the head: the alarms of every bed stay in sight.
    document.documentElement.style.setProperty("--head", `${head.current!.offsetHeight}px`);
    arrange(beds.length, head.current!.offsetHeight, foot.current!.offsetHeight);
  };
  useLayoutEffect(() => {
    compact.value = 0;
    // Measured anew once it is drawn, though it may be as high as before.
    const measuring = requestAnimationFrame(arranged);
    return () => cancelAnimationFrame(measuring);
  }, [alarming, innerWidth, narrow.value]);
  useLayoutEffect(() => {
    arranged();
    const resizing = new ResizeObserver(arranged);
    for (const each of [head.current!, foot.current!, document.documentElement]) resizing.observe(each);
    window.addEventListener("resize", arranged);
    return () => {
      resizing.disconnect();
      window.removeEventListener("resize", arranged);
    };
  }, [beds.length]);
  const { mode, columns, rows } = room.value;
  return (
    <div class={dead.value ? "station dead" : "station"} data-wanted={wanted.value ?? "none"} data-heard={voices.value.join(" ")}>
      <header ref={head}>
        <Part name="part.head" of={alarms.value}>
          <Header />
        </Part>
        <Part name="part.alarms" of={alarms.value}>
          <Strip />
        </Part>
      </header>
      <main class={`tiles ${mode}`} style={{ "--columns": columns, "--rows": rows }}>
        {(mode === "list" ? ordered(beds) : beds).map((name) => (
          <Place key={name} name={name} />
        ))}
      </main>
      {PANELS.map(([name, Panel]) => (
        <Part key={name} name={name} of={alarms.value}>
          <Panel />
        </Part>
      ))}
      <footer ref={foot}>
        {hello.value.notice && narrow.value && <p class="notice">{hello.value.notice}</p>}
        {DISCLAIMERS.map((text) => (
          <p key={text}>{t(text)}</p>
        ))}
      </footer>
    </div>
  );
}

const PANELS: [Word, () => ComponentChildren][] = [
  ["part.detail", Detail],
  ["part.log", Log],
  ["part.limits", Limits],
  ["part.legend", Legend],
  ["part.sessions", Sessions],
  ["part.review", Review],
  ["part.trends", TrendsOfSession],
  ["part.suite", SuitePanel],
  ["part.people", People],
  ["part.sheet", Sheet],
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
