// What the tab says of itself, which is all that is seen of a page in the background.
import { effect } from "@preact/signals";
import { unanswered } from "./format";
import { alarms, dead, hello } from "./live";

export function start(): void {
  effect(() => {
    const waiting = alarms.value.filter(unanswered).length;
    const count = waiting ? `(${waiting}) ` : "";
    document.title = dead.value ? "NO CONNECTION - monitord" : `${count}${hello.value.suite || "monitord"}`;
  });
}
