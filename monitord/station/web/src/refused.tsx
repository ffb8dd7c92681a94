// Why a tap was not done, said where it was tapped: at the alarm, or at the chair where that alarm is gone.
import { signal } from "@preact/signals";
import { notKnown } from "./send_action";
import { t } from "./words";

/** So long a refusal stays. */
const STAYS_MS = 20_000;

interface Refusal {
  /** The chair, null for the suite; `at` is the alarm's id or the chair's own place. */
  bed: string | null;
  at: string;
  text: string;
}

const refusals = signal<Refusal[]>([]);

const without = (at: string) => refusals.value.filter((each) => each.at !== at);

/** Waits for the answer of a tap and keeps what it refused. */
export async function tapped(bed: string | null, at: string, answer: Promise<string | null>): Promise<void> {
  refusals.value = without(at);
  const text = await answer;
  if (text === null) return;
  const refusal = { bed, at, text };
  refusals.value = [...without(at), refusal];
  setTimeout(() => (refusals.value = refusals.value.filter((each) => each !== refusal)), STAYS_MS);
}

export function RefusedAt({ at }: { at: string }) {
  const found = refusals.value.find((each) => each.at === at);
  return found ? <Said text={found.text} /> : null;
}

/** Those of the chair that no alarm on it shows. */
export function RefusedBeside({ bed, shown }: { bed: string | null; shown: string[] }) {
  const found = refusals.value.filter((each) => each.bed === bed && !shown.includes(each.at));
  return (
    <>
      {found.map((each) => (
        <Said key={each.at} text={each.text} />
      ))}
    </>
  );
}

const Said = ({ text }: { text: string }) => (
  <span class="not-done" role="alert">
    {text === notKnown() ? text : t("refused.not_done", { why: text })}
  </span>
);
