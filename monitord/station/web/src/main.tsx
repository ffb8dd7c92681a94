import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app";
import { Login } from "./login";
import * as attention from "./attention";
import * as live from "./live";
import * as session from "./session";
import * as station from "./station";
import "./style.css";
import "./tile.css";
import "./wall.css";
import "./login.css";

const root = document.getElementById("page")!;
let begun = false;

/** Once somebody is signed in, or nobody need be; and where the daemon does not answer, to say so. */
function begin(): void {
  begun = true;
  live.start();
  attention.start();
  station.start();
  session.start();
  render(<App />, root);
}

void session.refresh().then(() => {
  root.replaceChildren();
  effect(() => {
    if (begun) return;
    if (session.session.value?.signed_in ?? true) begin();
    else render(<Login />, root);
  });
});
