// What was told, newest first.
import { signal } from "@preact/signals";
import { timeOfDay, words } from "./format";
import { lines, tiles } from "./live";
import type { Line } from "./types";

export const showLog = signal(false);
const onlyBed = signal("");

export function Log() {
  if (!showLog.value) return null;
  const shown = lines.value.filter((line) => !onlyBed.value || (line.bed ?? "suite") === onlyBed.value).toReversed();
  return (
    <aside class="log" aria-label="Alarm log">
      <header>
        <h2>Alarm log</h2>
        <label>
          Bed{" "}
          <select value={onlyBed.value} onChange={(event) => (onlyBed.value = event.currentTarget.value)}>
            <option value="">all</option>
            <option value="suite">suite</option>
            {[...tiles.value.values()].map((tile) => (
              <option key={tile.bed} value={tile.bed}>
                {tile.label}
              </option>
            ))}
          </select>
        </label>
        <button onClick={() => (showLog.value = false)}>Close</button>
      </header>
      <Lines shown={shown} />
    </aside>
  );
}

export function Lines({ shown }: { shown: Line[] }) {
  return (
    <ol class="lines">
      {shown.map((line) => (
        <li key={`${line.id} ${line.event} ${line.at} ${line.reason}`} class={line.priority}>
          <time dateTime={line.at}>{timeOfDay(Date.parse(line.at))}</time>
          <b>{(line.bed && tiles.value.get(line.bed)?.label) ?? line.bed ?? "Suite"}</b>
          <span>
            {words(line.event)}: {line.text}
            {line.by && ` · ${line.by}`}
            {!line.durable && " · not yet recorded safely"}
            {line.simulated && " · simulated"}
          </span>
        </li>
      ))}
      {shown.length === 0 && <li class="none">Nothing was told.</li>}
    </ol>
  );
}
