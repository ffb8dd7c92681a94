// What is asked of the record of sessions, with who asks: each look is kept there.
import { who } from "./send_action";

/** The address with its query; what is empty is left out. */
export function recordUrl(path: string, query: Record<string, string> = {}): string {
  const given = Object.entries({ ...query, by: who.value }).filter(([, value]) => value);
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}
