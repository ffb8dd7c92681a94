// Another device at a bed, another chair for a visit: each two taps and a confirmation.
import { computed } from "@preact/signals";
import { useState } from "preact/hooks";
import { act, post } from "./send_action";
import { Ask } from "./fields";
import { hello, tiles } from "./live";
import { read } from "./fetch_json";
import { signalName } from "./sentences";
import { ask } from "./sheet";
import type { Bed, Device, Partner } from "./types";
import { t } from "./words";

const reasons = (): [string, string][] => (["swap.broken", "swap.battery", "swap.cable", "swap.back"] as const).map((key) => [t(key), t(key)]);

/** What would serve, where it is, and what it does not measure. */
function words(device: Device, partner: Partner): string {
  const where = partner.bed === null ? t("swap.spare", { device: partner.device }) : t("swap.of", { device: partner.device, place: partner.where });
  const lost = device.measures.filter(({ signal }) => !partner.measures.some((each) => each.signal === signal));
  const whole = where + (partner.of && ` (${partner.of})`);
  return lost.length ? t("swap.without", { device: whole, signals: lost.map(signalName).join(", ") }) : whole;
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
      <Ask field={{ name: "device", label: t("swap.which"), choices: names, required: true, value: chosen }} />
      {device && (
        <Ask
          key={chosen}
          field={{
            name: "partner",
            label: t("swap.instead"),
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
  const none = known ? t("swap.nothing") : t("swap.no_answer");
  ask({
    title: t("button.swap"),
    bed,
    text: devices.length
      ? t("swap.text")
      : none,
    done: t("swap.done"),
    timeless: true,
    ...(devices.length
      ? { more: <Choose devices={devices} />, fields: [{ name: "reason", label: t("field.why"), choices: reasons() }] }
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
    title: t("button.move"),
    bed,
    text: t("move.text"),
    done: t("move.done"),
    timeless: true,
    fields: [{ name: "to", label: t("move.which"), choices: chairs, required: true }],
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
