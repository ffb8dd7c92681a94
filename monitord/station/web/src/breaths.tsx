// Breaths counted along: a tap at each breath for half a minute, and the rate is written into its field.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "./words";

const COUNT_S = 30;
const MINUTE_S = 60;
const TICK_MS = 250;

/** Counts up to `into` of the form that it stands in; nothing is written before the time is over. */
export function BreathCounter({ into }: { into: string }) {
  const [left, setLeft] = useState<number | null>(null);
  const [count, setCount] = useState(0);
  const button = useRef<HTMLButtonElement>(null);
  const counted = useRef(0);
  counted.current = count;
  const begun = useRef(0);
  const running = left !== null && left > 0;
  useEffect(() => {
    if (!running) return;
    // By the clock, not by ticks: a page that is busy counts for as long.
    const ticking = setInterval(() => {
      const rest = Math.max(0, Math.ceil(COUNT_S - (performance.now() - begun.current) / 1000));
      if (rest === 0) write();
      setLeft(rest);
    }, TICK_MS);
    return () => clearInterval(ticking);
  }, [running]);
  const write = () => {
    const field = button.current!.form!.elements.namedItem(into) as HTMLInputElement;
    field.value = String((counted.current * MINUTE_S) / COUNT_S);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const tap = () => {
    if (left) return setCount(count + 1);
    begun.current = performance.now();
    setCount(0);
    setLeft(COUNT_S);
  };
  return (
    <div class="breaths">
      <button ref={button} type="button" class={left ? "tapping" : ""} onClick={tap}>
        {left
          ? t("breaths.tap", { count })
          : left === 0
            ? t("breaths.counted", { count, seconds: COUNT_S })
            : t("breaths.begin", { seconds: COUNT_S })}
      </button>
      <span role="timer">{left ? t("breaths.left", { seconds: left }) : ""}</span>
    </div>
  );
}
