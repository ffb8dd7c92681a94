import { effect } from "@preact/signals";
import { render } from "preact";
import { reopen } from "./actions";
import { App } from "./app";
import { Part } from "./broken";
import { forget, kept } from "./draft";
import { Login } from "./login";
import * as attention from "./attention";
import * as live from "./live";
import * as order from "./order";
import * as renew from "./reload_after_upgrade";
import * as session from "./session";
import * as station from "./station";
import * as sentences from "./sentences";
import * as theme from "./theme";
import * as title from "./title";
import * as words from "./words";
import "./style.css";
import "./tile.css";
import "./wall.css";
import "./login.css";
import "./legend.css";
import "./review.css";

theme.start();
const root = document.getElementById("page")!;
let begun = false;

/** Once somebody is signed in, or nobody need be; and where the daemon does not answer, to say so. */
function begin(): void {
  begun = true;
  live.start();
  attention.start();
  station.start();
  order.start();
  session.start();
  renew.start();
  title.start();
  render(
    <Part name="part.page" of={null}>
      <App />
    </Part>,
    root,
  );
  reopenDraft();
}

/** The sheet that was half filled in when this tab was loaded anew, once its chair is known. */
function reopenDraft(): void {
  const draft = kept();
  if (!draft) return;
  const end = effect(() => {
    const bed = live.tiles.value.get(draft.bed);
    if (!bed) return;
    queueMicrotask(() => end());
    if ((bed.session?.id ?? null) === draft.session) queueMicrotask(() => reopen(bed, draft.button));
    else forget();
  });
}

void Promise.all([session.refresh(), words.start()]).then(() => {
  sentences.start();
  root.replaceChildren();
  effect(() => {
    if (begun) return;
    if (session.session.value?.signed_in ?? true) begin();
    else render(<Login />, root);
  });
});
