// What was told, newest first.
import { signal } from "@preact/signals";
import { timeOfDay } from "./format";
import { lines, tiles } from "./live";
import { ALL, ReviewButton } from "./review";
import { inWords } from "./sentences";
import type { Line, Sentence } from "./types";
import { eventName, t } from "./words";

export const showLog = signal(false);
const onlyBed = signal("");

export function Log() {
  if (!showLog.value) return null;
  const shown = lines.value.filter((line) => !onlyBed.value || (line.bed ?? "suite") === onlyBed.value).toReversed();
  return (
    <aside class="log" aria-label={t("log.title")}>
      <header>
        <h2>{t("log.title")}</h2>
        <label>
          {t("log.bed")}{" "}
          <select value={onlyBed.value} onChange={(event) => (onlyBed.value = event.currentTarget.value)}>
            <option value="">{t("log.all")}</option>
            <option value="suite">{t("log.suite")}</option>
            {[...tiles.value.values()].map((tile) => (
              <option key={tile.bed} value={tile.bed}>
                {tile.label}
              </option>
            ))}
          </select>
        </label>
        <ReviewButton at={onlyBed.value === "suite" ? ALL : onlyBed.value} opened={() => (showLog.value = false)} />
        <button onClick={() => (showLog.value = false)}>{t("button.close")}</button>
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
          <b>{(line.bed && tiles.value.get(line.bed)?.label) ?? line.bed ?? t("log.suite_name")}</b>
          <span>
            {t("log.line", { event: eventName(line.event), text: inWords(line.says as unknown as Sentence[], line.text) })}
            {line.by && ` · ${line.by}`}
            {!line.durable && ` · ${t("log.not_durable")}`}
            {line.simulated && ` · ${t("log.simulated")}`}
          </span>
        </li>
      ))}
      {shown.length === 0 && <li class="none">{t("log.none")}</li>}
    </ol>
  );
}
