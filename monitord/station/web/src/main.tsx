import { render } from "preact";
import { App } from "./app";
import * as attention from "./attention";
import * as live from "./live";
import * as station from "./station";
import "./style.css";
import "./tile.css";

live.start();
attention.start();
station.start();
const root = document.getElementById("page")!;
root.replaceChildren();
render(<App />, root);
