// Timers that keep time in a tab that nobody looks at. A worker and the page each count: who is first runs it.
const waiting = new Map<number, () => void>();
let last = 0;

function begin(): Worker | null {
  try {
    const worker = new Worker(new URL("./timers_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<number>) => waiting.get(data)?.();
    return worker;
  } catch {
    // The page's own timers remain.
    return null;
  }
}

const worker = begin();

/** Runs it once, `ms` from now; the answer forgets it. */
export function after(ms: number, run: () => void): () => void {
  const id = ++last;
  const end = () => {
    waiting.delete(id);
    clearTimeout(own);
  };
  const fire = () => {
    end();
    run();
  };
  const own = setTimeout(fire, ms);
  waiting.set(id, fire);
  worker?.postMessage({ id, ms });
  return end;
}

/** Runs it again and again, as long as the page lives. */
export function every(ms: number, run: () => void): void {
  after(ms, () => {
    every(ms, run);
    run();
  });
}
