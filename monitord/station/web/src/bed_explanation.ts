// A bed on a click, asked of the daemon for who is here.
import { read } from "./fetch_json";
import { mayRead } from "./session";
import type { Explanation } from "./types";

/** Why a bed is as it is, what start and leave wait for, what was entered; null where the daemon did not answer.
 * What came of forms is in it where who is here may read that. */
export async function look(bed: string): Promise<Explanation | null> {
  const of = mayRead.value ? "confidential" : "insight";
  return read<Explanation>(`/api/beds/${encodeURIComponent(bed)}/${of}`, 4000);
}
