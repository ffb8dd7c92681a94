// Live pleth strips: one animation frame loop draws only what is new, whatever the number of beds, and rests without a wave.
import { useEffect, useRef, useState } from "preact/hooks";
import { onWave } from "./live";
import { t } from "./words";

const PIXELS_PER_S = 60;
const ERASE_PX = 14;
/** Values wait so long that a late block leaves no hole. */
const BUFFER_S = 0.35;
const LINE = "#58c4dd";

class Strip {
  private pending: number[] = [];
  private rate = 75;
  private x = 0;
  private y = 0;
  private low = 0;
  private high = 1;
  private begun = false;
  private owed = 0;
  private readonly pen: CanvasRenderingContext2D;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.pen = canvas.getContext("2d", { alpha: true })!;
  }

  take(rate: number, values: number[]): void {
    this.rate = rate;
    this.pending.push(...values);
    const most = Math.ceil(rate * 2);
    if (this.pending.length > most) this.pending.splice(0, this.pending.length - most);
  }

  fit(): void {
    const scale = devicePixelRatio;
    this.canvas.width = Math.max(1, Math.round(this.canvas.clientWidth * scale));
    this.canvas.height = Math.max(1, Math.round(this.canvas.clientHeight * scale));
    this.pen.strokeStyle = LINE;
    this.pen.lineWidth = 1.5 * scale;
    this.pen.lineJoin = "round";
    this.x = 0;
  }

  /** Whether there is more to draw before the next block comes. */
  draw(seconds: number): boolean {
    const waiting = this.pending.length / this.rate;
    if (!this.begun && waiting < BUFFER_S) return false;
    this.begun = waiting > 0;
    this.advance(seconds, waiting);
    return this.begun;
  }

  private advance(seconds: number, waiting: number): void {
    // A little faster or slower than real time keeps the buffer where it should be.
    this.owed += seconds * this.rate * Math.min(2, Math.max(0.8, waiting / BUFFER_S));
    const count = Math.min(this.pending.length, Math.floor(this.owed));
    if (count === 0) return;
    this.owed -= count;
    const { pen, canvas } = this;
    const step = (PIXELS_PER_S * devicePixelRatio) / this.rate;
    pen.clearRect(this.x + 1, 0, count * step + ERASE_PX * devicePixelRatio, canvas.height);
    pen.beginPath();
    pen.moveTo(this.x, this.y);
    for (const value of this.pending.splice(0, count)) {
      this.low = Math.min(value, this.low + (this.high - this.low) * 0.002);
      this.high = Math.max(value, this.high - (this.high - this.low) * 0.002, this.low + 1);
      this.y = canvas.height * (0.92 - 0.84 * ((value - this.low) / (this.high - this.low)));
      this.x += step;
      if (this.x > canvas.width) {
        pen.stroke();
        this.x = 0;
        pen.clearRect(0, 0, ERASE_PX * devicePixelRatio, canvas.height);
        pen.beginPath();
        pen.moveTo(0, this.y);
      } else pen.lineTo(this.x, this.y);
    }
    pen.stroke();
  }
}

const strips = new Set<Strip>();
let before = 0;
let drawing = false;

/** A frame costs its time on every screen, also where nothing is drawn: frames are asked for only while a wave is there. */
function begin(): void {
  if (drawing) return;
  drawing = true;
  before = performance.now();
  requestAnimationFrame(frame);
}

function frame(at: number): void {
  const seconds = Math.min(0.25, Math.max(0, at - before) / 1000);
  before = at;
  drawing = false;
  for (const strip of strips) {
    try {
      if (strip.draw(seconds)) drawing = true;
    } catch (error) {
      // Empty, rather than an old wave; and the others' go on.
      console.error(error);
      strip.fit();
      strips.delete(strip);
    }
  }
  if (drawing) requestAnimationFrame(frame);
}

/** Nothing came for so long: there is no wave, and an old one would look alive. */
const STILL_MS = 2000;

export function Pleth({ bed }: { bed: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [moving, setMoving] = useState(false);
  useEffect(() => {
    const strip = new Strip(canvas.current!);
    let heardAt = -Infinity;
    const resizing = new ResizeObserver(() => strip.fit());
    resizing.observe(canvas.current!);
    const end = onWave(bed, (block) => {
      if (block.name !== "pleth") return;
      heardAt = performance.now();
      setMoving(true);
      strip.take(block.rate, block.values);
      begin();
    });
    const watch = setInterval(() => setMoving(performance.now() - heardAt < STILL_MS), 500);
    strips.add(strip);
    return () => {
      clearInterval(watch);
      resizing.disconnect();
      end();
      strips.delete(strip);
    };
  }, [bed]);
  return (
    <div class={moving ? "wave" : "wave still"}>
      <canvas ref={canvas} class="pleth" aria-label={t("pleth.label")} role="img" />
      {!moving && <span>{t("pleth.none")}</span>}
    </div>
  );
}
