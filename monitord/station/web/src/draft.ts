// A half-filled sheet outlives a reload of the page: kept in this tab alone, without names, secrets or answers of a form.
const KEEP = "monitord half-filled";
const LASTS_MS = 30 * 60_000;
/** Who acts is asked again. */
const NEVER = ["by", "_who", "_pin", "_name", "_password", "present", "pin", "new_password"];

export interface Place {
  bed: string;
  /** The session that was open at the bed; null for none. */
  session: string | null;
  /** The button that opens the sheet. */
  button: string;
}

interface Draft extends Place {
  at: number;
  values: [string, string][];
}

export function keep(place: Place, form: HTMLFormElement): void {
  const values = [...new FormData(form)].flatMap(([name, value]): [string, string][] =>
    NEVER.includes(name) || value === "" ? [] : [[name, String(value)]],
  );
  sessionStorage.setItem(KEEP, JSON.stringify({ ...place, at: Date.now(), values } satisfies Draft));
}

export const forget = () => sessionStorage.removeItem(KEEP);

export function kept(): Draft | null {
  try {
    const draft = JSON.parse(sessionStorage.getItem(KEEP) ?? "null") as Draft | null;
    return draft && Date.now() - draft.at < LASTS_MS ? draft : null;
  } catch {
    return null;
  }
}

/** Writes what was kept into the sheet that its button opened again. */
export function restore(place: Place, form: HTMLFormElement): boolean {
  const draft = kept();
  if (!draft || draft.bed !== place.bed || draft.session !== place.session || draft.button !== place.button) return false;
  for (const [name, value] of draft.values) {
    const found = form.elements.namedItem(name) as RadioNodeList | HTMLInputElement | null;
    if (found) found.value = value;
  }
  return draft.values.length > 0;
}
