import { render } from "preact";
import { App } from "./app";
import * as attention from "./attention";
import * as live from "./live";
import "./style.css";
import "./tile.css";

live.start();
attention.start();
const root = document.getElementById("page")!;
root.replaceChildren();
render(<App />, root);
