// What staff see, count and measure, by hand: made of what this visit's protocol can ask, what is due first.
import { useEffect, useRef, useState } from "preact/hooks";
import { act } from "./send_action";
import { BreathCounter } from "./breaths";
import type { Field } from "./fields";
import { unit } from "./format";
import { look } from "./bed_explanation";
import { signalTitle } from "./sentences";
import { ask } from "./sheet";
import type { Asked, Bed } from "./types";
import { t, type Word } from "./words";

export const missing = () => t("observe.missing");
const HINTS: Record<string, Word> = { moaas: "observe.hint_moaas", resp_rate: "observe.hint_breaths" };

/** A scored sign is tapped, a measured one typed. */
export function field(sign: Asked): Field {
  const hint = HINTS[sign.signal] ?? (unit(sign.unit) ? "observe.unit" : null);
  const name = signalTitle(sign);
  const label = hint ? t(hint, { sign: name, unit: unit(sign.unit) }) : name;
  const asked = { name: sign.signal, label, ...(sign.due !== null && { due: true }) };
  if (sign.scored) return { ...asked, scale: sign.high };
  return {
    ...asked,
    number: true,
    ...(sign.signal === "resp_rate" && { beside: <BreathCounter into={sign.signal} /> }),
  };
}

/** One tap for the whole round: 0 for each symptom that has no score yet. */
function AllNone({ symptoms }: { symptoms: string[] }) {
  const none = (event: Event) => {
    const form = (event.currentTarget as HTMLButtonElement).form!;
    for (const name of symptoms) {
      const scores = form.elements.namedItem(name) as RadioNodeList | null;
      if (scores && !scores.value) scores.value = "0";
    }
  };
  return (
    <button type="button" onClick={none}>
      {t("observe.all_none")}
    </button>
  );
}

/** The signs without a score, in words, while somebody fills in the others. */
function NotAsked({ signs }: { signs: Asked[] }) {
  const place = useRef<HTMLParagraphElement>(null);
  const [left, setLeft] = useState<string[]>([]);
  useEffect(() => {
    const form = place.current!.closest("form")!;
    const count = () => {
      const given = new FormData(form);
      setLeft(signs.filter((sign) => !given.get(sign.signal)).map((sign) => signalTitle(sign).toLowerCase()));
    };
    // A score that a tap takes back is gone once the tap is over.
    const later = () => setTimeout(count);
    count();
    form.addEventListener("input", later);
    form.addEventListener("click", later);
    return () => {
      form.removeEventListener("input", later);
      form.removeEventListener("click", later);
    };
  }, [signs]);
  return (
    <p ref={place} class="not-asked" role="status">
      {left.length > 0 ? t("observe.not_asked", { signs: left.join(", ") }) : t("observe.all_asked")}
    </p>
  );
}

export async function observe(bed: Bed): Promise<void> {
  const asked = (await look(bed.bed))?.asked;
  const signs = asked?.filter((sign) => sign.scored) ?? [];
  ask({
    title: t("button.observe"),
    bed,
    text: asked ? t("observe.text") : missing(),
    done: t("sheet.save"),
    more: <AllNone symptoms={signs.filter((sign) => sign.symptom).map((sign) => sign.signal)} />,
    fields: [...(asked ?? []).map(field), { name: "note", label: t("field.note") }],
    after: <NotAsked signs={signs} />,
    send: ({ by, happened_at, note, ...given }) =>
      act(bed.bed, {
        type: "observe",
        by,
        ...(happened_at && { happened_at }),
        ...(note && { note }),
        values: Object.fromEntries(Object.entries(given).map(([name, value]) => [name, Number(value.replace(",", "."))])),
      }),
  });
}
