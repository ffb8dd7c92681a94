// What the tab says of itself, which is all that is seen of a page in the background.
import { effect } from "@preact/signals";
import { unanswered } from "./format";
import { alarms, dead, hello } from "./live";
import { t } from "./words";

export function start(): void {
  effect(() => {
    const waiting = alarms.value.filter(unanswered).length;
    const count = waiting ? `(${waiting}) ` : "";
    document.title = dead.value ? t("page.title_dead") : `${count}${hello.value.suite || "monitord"}`;
  });
}
