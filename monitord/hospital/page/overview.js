// Every suite and bed, asked for once a second; what is shown of a bed is its suite's own tile.
const LOOK_MS = 1000;
const DEAD_MS = 5000;
const MARK = { high: "!!!", medium: "!!", low: "!" };
const said = new Map();
let heardAt = performance.now();
let signed = true;

const $ = (id) => document.getElementById(id);

function make(tag, text = "", cls = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = cls;
  return element;
}

function state(view) {
  if (!signed) return ["Sign in on the station page of this address first; then come back here.", true];
  if (performance.now() - heardAt > DEAD_MS) return ["Nothing heard: this page is NOT live.", true];
  if (!view) return ["Connecting: no suite is seen from this page yet.", true];
  if (!view.up) return ["The cluster is away: no suite is seen from here. Each suite alarms by itself.", true];
  if (!view.workers) return ["Workers are missing: unanswered alarms are not seen from here.", true];
  const silent = view.suites.filter((suite) => suite.silent).map((suite) => suite.suite);
  if (silent.length) return [`No sign of life: ${silent.join(", ")}`, true];
  const waiting = view.beds.filter((bed) => bed.beyond).length;
  return [waiting ? `${waiting} beds: nobody answers` : `${view.suites.length} suites, ${view.beds.length} beds`, waiting > 0];
}

async function answer(bed, alarm, word) {
  const key = `${bed.suite}/${alarm.id}`;
  const body = { by: "", suite: bed.suite, alarm: alarm.id, word, news: alarm.news, seq: bed.seq, id: crypto.randomUUID().replaceAll("-", "") };
  if (open_) body.by = prompt("Your name or initials") || "";
  if (open_ && !body.by) return;
  said.set(key, "sent ...");
  try {
    const reply = await fetch("/api/hospital/answers", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    said.set(key, reply.ok ? "taken by the suite" : ((await reply.json()).error ?? `refused: ${reply.status}`));
  } catch {
    said.set(key, "out of reach: the answer did not count");
  }
  void look();
}

let open_ = false;

function alarmRow(bed, alarm) {
  const answered = alarm.phase === "acknowledged";
  const row = make("div", "", `alarm ${alarm.priority} ${answered ? "answered" : "open"}`);
  row.append(make("b", MARK[alarm.priority]), make("span", alarm.text + (answered ? ` · ${alarm.answered_by ?? ""}` : "")));
  const refused = said.get(`${bed.suite}/${alarm.id}`);
  if (refused) row.append(make("span", refused, "refused"));
  for (const word of answered ? [] : bed.answers) {
    const button = make("button", { acknowledge: "Acknowledge", accept: "I come", reject: "Not me" }[word]);
    button.disabled = bed.silent;
    button.onclick = () => void answer(bed, alarm, word);
    row.append(button);
  }
  return row;
}

function vitals(tile) {
  const list = make("dl");
  for (const reading of tile.signals) {
    if (reading.value === null) continue;
    const cell = make("div");
    const old = reading.fresh_until !== null && reading.fresh_until < tile.now;
    const value = Math.round(reading.value * 10) / 10;
    cell.append(make("dt", `${reading.label}${reading.quality === "good" ? "" : ` (${reading.quality.replaceAll("_", " ")})`}`), make("dd", `${value} ${reading.unit}`, old ? "old" : ""));
    list.append(cell);
  }
  return list;
}

function bedTile(bed) {
  const alarms = bed.tile?.alarms ?? [];
  const worst = alarms.find((alarm) => alarm.phase !== "acknowledged");
  const tile = make("article", "", `${worst ? `${worst.priority} open` : "quiet"} ${bed.silent ? "silent" : ""} ${bed.tile ? "" : "line"}`);
  tile.dataset.bed = `${bed.suite}/${bed.bed}`;
  const name = make("h2", `${bed.suite} · ${bed.label} `);
  const visit = bed.tile?.session;
  name.append(make("small", visit ? `${visit.phase_title} · ${visit.pseudonym}` : ""));
  if (bed.beyond) name.append(make("span", "nobody answers", "beyond"));
  if (bed.tile?.simulated) name.append(make("small", " SIMULATED"));
  tile.append(name);
  if (!bed.monitored) tile.append(make("p", "Not monitored: nobody watches this bed but people.", "watch"));
  if (bed.unwatched.length) tile.append(make("p", `Not watched now: ${bed.unwatched.join(", ")}`, "watch"));
  if (!bed.tile) {
    if (bed.alarms) name.append(make("small", ` ${bed.alarms} alarms, ${bed.unanswered} unanswered`));
    return tile;
  }
  tile.append(...alarms.map((alarm) => alarmRow(bed, alarm)), vitals(bed.tile));
  return tile;
}

function draw(view) {
  const [text, lost] = state(view);
  $("state").textContent = text;
  $("state").className = lost ? "lost" : "";
  document.title = (lost ? "! " : "") + "monitord: all suites";
  if (!view) return;
  $("hospital").textContent = `All suites of ${view.hospital}`;
  $("suites").replaceChildren(
    ...view.suites.map((suite) => make("li", `${suite.suite}: ${suite.silent ? (suite.heard ? "no sign of life" : "never heard") : `${suite.beds} beds`}${suite.alarms.map((alarm) => ` · ${MARK[alarm.priority]} ${alarm.text}`).join("")}`, suite.silent ? "silent" : "")),
  );
  $("beds").replaceChildren(...view.beds.map(bedTile));
}

let last = null;
async function look() {
  try {
    const reply = await fetch("/api/hospital", { signal: AbortSignal.timeout(DEAD_MS) });
    signed = reply.status !== 401;
    if (reply.ok) {
      last = await reply.json();
      heardAt = performance.now();
    }
  } catch {
    // The state says when nothing was heard for too long.
  }
  draw(last);
}

const session = await fetch("/api/session").then((reply) => reply.json()).catch(() => ({}));
open_ = session.people === false;
for (;;) {
  await look();
  await new Promise((done) => setTimeout(done, LOOK_MS));
}
