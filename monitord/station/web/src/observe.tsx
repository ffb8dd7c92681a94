// What staff see, count and measure, by hand: made of what this visit's protocol can ask, what is due first.
import { useEffect, useRef, useState } from "preact/hooks";
import { act } from "./send_action";
import { BreathCounter } from "./breaths";
import type { Field } from "./fields";
import { unit } from "./format";
import { look } from "./look";
import { ask } from "./sheet";
import type { Asked, Bed } from "./types";

export const MISSING = "monitord did not answer: close this and try again";
const HINTS: Record<string, string> = {
  moaas: " (5 awake to 0 no answer)",
  resp_rate: " counted in a minute",
};
const TEXT =
  "0 none, 1 mild, 2 moderate, 3 severe. Leave out what was not looked at; a second tap takes a score back. All of it is marked: by hand.";

/** A scored sign is tapped, a measured one typed. */
export function field(sign: Asked): Field {
  const label = sign.label + (HINTS[sign.signal] ?? (unit(sign.unit) && `, ${unit(sign.unit)}`));
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
      All none: no other symptom
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
      setLeft(signs.filter((sign) => !given.get(sign.signal)).map((sign) => sign.label.toLowerCase()));
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
      {left.length > 0 ? `Not asked: ${left.join(", ")}` : "Everything was asked."}
    </p>
  );
}

export async function observe(bed: Bed): Promise<void> {
  const asked = (await look(bed.bed))?.asked;
  const signs = asked?.filter((sign) => sign.scored) ?? [];
  ask({
    title: "Observe",
    bed,
    text: asked ? TEXT : MISSING,
    done: "Save",
    more: <AllNone symptoms={signs.filter((sign) => sign.symptom).map((sign) => sign.signal)} />,
    fields: [...(asked ?? []).map(field), { name: "note", label: "Note" }],
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
