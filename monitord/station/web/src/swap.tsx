// Another device at a bed, another chair for a visit: each two taps and a confirmation.
import { computed } from "@preact/signals";
import { useState } from "preact/hooks";
import { act, post } from "./send_action";
import { Ask } from "./fields";
import { hello, tiles } from "./live";
import { read } from "./read";
import { ask } from "./sheet";
import type { Bed, Device, Partner } from "./types";

const REASONS: [string, string][] = [["broken", "broken"], ["battery", "battery"], ["cable", "cable"], ["back in its place", "back in its place"]];

/** What would serve, where it is, and what it does not measure. */
function words(device: Device, partner: Partner): string {
  const where = partner.bed === null ? `spare ${partner.device}` : `${partner.device} of ${partner.where}`;
  const lost = device.measures.filter((label) => !partner.measures.includes(label));
  return where + (partner.of && ` (${partner.of})`) + (lost.length ? `, without ${lost.join(", ")}` : "");
}

/** The device, then what serves instead: only what was chosen stands open. */
function Choose({ devices }: { devices: Device[] }) {
  const [chosen, choose] = useState(devices.length === 1 ? devices[0]!.device : "");
  const device = devices.find((each) => each.device === chosen);
  const take = (event: Event) => {
    const input = event.target as HTMLInputElement;
    if (input.name === "device") choose(input.value);
  };
  const names = devices.map((each): [string, string] => [each.device, each.device + (each.of && ` (${each.of})`)]);
  return (
    <div style={{ display: "contents" }} onChange={take}>
      <Ask field={{ name: "device", label: "Which device", choices: names, required: true, value: chosen }} />
      {device && (
        <Ask
          key={chosen}
          field={{
            name: "partner",
            label: "What serves instead",
            choices: device.partners.map((partner, n) => [String(n), words(device, partner)]),
            required: true,
          }}
        />
      )}
    </div>
  );
}

export async function swap(bed: Bed): Promise<void> {
  const known = await read<Device[]>(`/api/beds/${encodeURIComponent(bed.bed)}/devices`, 4000);
  const devices = known?.filter((device) => device.partners.length > 0) ?? [];
  const none = known ? "Nothing that measures the same lies ready, or is at a chair without a session." : "monitord did not answer.";
  ask({
    title: "Swap a device",
    bed,
    text: devices.length
      ? "The two change places: what was here becomes the spare, or serves the other chair. Limits and alarms stay. Plug and probe are yours to move."
      : none,
    done: "Swap",
    timeless: true,
    ...(devices.length
      ? { more: <Choose devices={devices} />, fields: [{ name: "reason", label: "Why", choices: REASONS }] }
      : {}),
    send: async ({ device, partner, ...given }) => {
      const other = devices.find((each) => each.device === device)?.partners[Number(partner)];
      if (!other) return none;
      return post("/api/suite/swap", { bed: bed.bed, device, with_bed: other.bed, with_device: other.device, ...given });
    },
  });
}

/** A string, so that a tile is drawn again only when the chairs are others. */
const free = computed(() => hello.value.beds.filter((bed) => tiles.value.get(bed)?.session === null).join("\n"));

/** The chairs where nobody is. */
export const freeChairs = () => free.value.split("\n").filter(Boolean);

export function move(bed: Bed): void {
  const chairs = freeChairs().map((each): [string, string] => [each, tiles.value.get(each)?.label ?? each]);
  ask({
    title: "Move to another chair",
    bed,
    text: "The visit goes on there, with its protocol, limits and entries. Probe and cuff of that chair are yours to put on.",
    done: "Move",
    timeless: true,
    fields: [{ name: "to", label: "Which chair", choices: chairs, required: true }],
    send: (given) => act(bed.bed, { type: "move", ...given }),
  });
}

/** A device that is not where the suite file has it says so. */
export function Swapped({ bed }: { bed: Bed }) {
  if (bed.swapped.length === 0) return null;
  return (
    <p class="swapped">
      {bed.swapped.map(({ device, of }) => (
        <span key={device}>
          {device}: <b>{of}</b>
        </span>
      ))}
    </p>
  );
}
