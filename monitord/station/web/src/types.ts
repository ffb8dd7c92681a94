// Made by ./dev web from the station's OpenAPI schema: change monitord/station instead.
// Times are milliseconds of engine time.

/** One account; `invited` while its person has not chosen a password. */
export interface Account {
  name: string;
  role: string;
  disabled: boolean;
  invited: boolean;
  pin: boolean;
}

/** A level that a clinician may loosen, and how far. */
export interface Adjustable {
  rule: string;
  priority: "high" | "medium" | "low";
  limit: string;
  low: number;
  high: number;
}

/** A limit of this patient's own: the protocol's, the one in force, who and why. */
export interface Adjusted {
  rule: string;
  priority: "high" | "medium" | "low";
  was: string;
  limit: string;
  by: string;
  reason: string;
}

/** The newest first, from `since` on; `more` where older or further ones are left out. */
export interface AlarmLog {
  since: number;
  more: boolean;
  alarms: Reviewed[];
}

/** Where one alarm stands; the table of its life is in `engine/alarms/alarm.py`. */
export type AlarmPhase = "inactive" | "active" | "acknowledged" | "latched" | "resting";

/** A minute before an alarm to a minute after it: columns of equal length, null where no reading was usable. `signal` is null of an alarm of none, or of one that is no other's to see. */
export interface AlarmStrip {
  signal: string | null;
  label: string;
  unit: string;
  begin: number;
  end: number;
  at: number[];
  values: (number | null)[];
  limits: StripLimit[];
  lowest: number | null;
  highest: number | null;
}

/** One alarm that is not over; `says` are the sentences of `text`, by key and values. `brief` is for a place with room for a few words, `briefly` its sentences. The larger `urgency` goes first, of equals the later `news`: when it began, or last became worse. */
export interface Alarm {
  id: string;
  bed: string | null;
  key: string;
  text: string;
  says: Sentence[];
  brief: string;
  briefly: Sentence[];
  urgency: number;
  news: number;
  priority: "high" | "medium" | "low";
  kind: Kind;
  phase: AlarmPhase;
  signal: string | null;
  value: number | null;
  unit: string | null;
  limit: number | null;
  since: number;
  started_at: number;
  answered_by: string | null;
  accepted_by: string | null;
  expires_at: number | null;
  audio_paused_until: number | null;
  inhibited_by: string | null;
  tier: number;
  next_at: number | null;
  simulated: boolean;
}

/** Alarms that are not over, of every bed and the suite; the last lines told, oldest first. */
export interface Alarms {
  now: number;
  active: Alarm[];
  recent: Line[];
}

/** One sign: in `unit` between `low` and `high`, scored by taps where `scored`; `symptom` where the patient is asked. `due` is when the schedule wants it, if that is within a minute or over. */
export interface Asked {
  signal: string;
  label: string;
  unit: string;
  low: number;
  high: number;
  scored: boolean;
  symptom: boolean;
  due: number | null;
}

/** The patient left the bed, as staff said: silence is expected until then. `reason` is empty where it is none of those that the page offers. */
export interface Away {
  reason: string;
  by: string;
  since: number;
  until: number;
}

/** A value of the patient's own, and who accepted it. */
export interface Baseline {
  label: string;
  value: number;
  unit: string;
  by: string;
  at: number;
}

/** One tile; `protocols` may be asked for at admission, where no session is open. */
export interface Bed {
  bed: string;
  label: string;
  now: number;
  simulated: boolean;
  session: Session | null;
  signals: Reading[];
  alarms: Alarm[];
  due: Due[];
  idle: Idle[];
  swapped: Swapped[];
  protocols: Choice[];
}

/** Every tile of the suite. */
export interface Beds {
  suite: string;
  notice: string;
  now: number;
  beds: Bed[];
  unmonitored: Unmonitored[];
}

/** An alarm began. */
export interface Begun {
  at: number;
  priority: "high" | "medium" | "low";
}

/** A bed (null: the suite) that the daemon cannot show, and why. */
export interface Broken {
  bed: string | null;
  error: string;
}

/** A protocol that may be asked for at admission, and what must be asked with it. */
export interface Choice {
  name: string;
  title: string;
  overlays: Overlay[];
}

/** An answer for which a clinician must see the patient: `assess` ends it. */
export interface Concern {
  since: number;
  says: string;
  by: string;
}

/** Protocol and overlays were put right; `protocol` says their titles, `overlays` the names. */
export interface Corrected {
  at: number;
  protocol: string;
  overlays: string[];
  by: string;
  reason: string;
}

/** The coverage ledger of one signal, without a gap from admission to now. */
export interface Coverage {
  signal: string;
  label: string;
  spans: Span[];
}

/** A device of a bed; `of` says whose place it has in the suite file, empty for its own. */
export interface Device {
  device: string;
  of: string;
  measures: NamedSignal[];
  partners: Partner[];
}

/** The action was taken under this id: `void` names it. */
export interface Done {
  action: string;
}

/** What the schedule wants next; `manual` where staff enter it by hand. `missing` are the signals that the last round left out, where it was not whole. `says` is the sentence of a title that the protocol does not write. */
export interface Due {
  item: string;
  title: string;
  says: Sentence | null;
  due: number;
  interval: string;
  signals: string[];
  manual: boolean;
  missing: NamedSignal[];
}

/** What the detail of a bed shows on a click; `steps` are the entries on forms among the others, if it is whole. */
export interface Explanation {
  prompts: Prompt[];
  rules: Rule[];
  coverage: Coverage[];
  gate: Point[];
  discharge: Point[];
  asked: Asked[];
  limits: Limited[];
  terms: Terms;
  news2: string | null;
  news2_says: Sentence | null;
  steps: Step[] | null;
}

/** A form as it was last filled in: the total, never a diagnosis. */
export interface Filled {
  total: number;
  by: string;
  at: number;
}

/** One thing that was looked at before the suite opens, in words for a person. */
export interface Finding {
  what: string;
  ok: boolean;
  says: string;
}

/** One item of a form; `title` is empty where its text may not be copied. A score above `asks_above` calls for a clinician. */
export interface FormItem {
  name: string;
  title: string;
  low: number;
  high: number;
  asks_above: number | null;
}

/** A form of the protocol, and its latest total. */
export interface Form {
  name: string;
  title: string;
  items: FormItem[];
  last: Filled | null;
}

/** Engine time and the last journal sequence; `tests` are stations with a test alarm that waits. `sent` is in milliseconds of the daemon's own clock, of which only differences mean something: a page sees by them what was held back on its way. */
export interface Heartbeat {
  now: number;
  sent: number;
  seq: number;
  closed: boolean;
  tests: string[];
}

/** Which suite this is; `notice` is what every page must say beside the disclaimers. `build` is of the page that the station serves now: another page is older, and reloads itself. */
export interface Hello {
  suite: string;
  notice: string;
  beds: string[];
  build: string;
}

/** A rule that can never speak on this bed, and why; `what` and `says` are their sentences. */
export interface Idle {
  rule: string;
  what: Sentence;
  why: string;
  says: Sentence;
}

/** Of the patient, of the equipment (the alarm system itself included), or of what staff are to do or enter. */
export type Kind = "physiological" | "technical" | "task";

/** A level that may be tightened: `was` as the protocol writes it, `limit` as it is in force. */
export interface Level {
  rule: string;
  signal: Signal;
  label: string;
  priority: "high" | "medium" | "low";
  was: string;
  limit: string;
}

/** One level in force; `text` carries the relation (`<90`), `words` say it (`below 90 for 15 s`); `says` is the sentence of the words. `reached` is the limit of the value itself, empty where it waits for the baseline. Of the limits of its side (`low` or high) the `first` is the one that a changing value reaches first. `own` is one of this patient's own. */
export interface Limit {
  text: string;
  reached: string;
  words: string;
  says: Sentence;
  priority: "high" | "medium" | "low";
  delay: string;
  low: boolean;
  first: boolean;
  own: boolean;
}

/** A signal with its limits in force. */
export interface Limited {
  signal: string;
  label: string;
  unit: string;
  limits: Limit[];
}

/** An alarm line as log, MQTT and webhook have it; times are ISO 8601. */
export interface Line {
  schema: number;
  id: string;
  at: string;
  suite: string;
  bed: string | null;
  session: string | null;
  alarm: string;
  signal: string | null;
  event: string;
  priority: "high" | "medium" | "low";
  kind: string;
  value: number | null;
  unit: string | null;
  limit: number | null;
  since: string;
  phase: string | null;
  protocol: string | null;
  reason: string;
  text: string;
  simulated: boolean;
  by: string | null;
  inhibited_by: string | null;
  worst: number | null;
  worst_at: string | null;
  value_at: string | null;
  says: Record<string, unknown>[];
  relation: string | null;
  compares: string | null;
  state: string | null;
  audio_paused: boolean;
  confidential: boolean;
  durable: boolean;
}

/** One session; `ended` is null while it is open. */
export interface ListedSession {
  session: string;
  bed: string;
  label: string;
  pseudonym: string;
  protocol: string;
  admitted: number;
  ended: number | null;
}

/** A signal, and what it is called within a sentence. */
export interface NamedSignal {
  signal: Signal;
  label: string;
}

/** What became of an action: `pending` has no answer yet, of one that is `unknown` nothing was taken. `action` is its id in the record; `error` and `why` say why it was refused. */
export interface Outcome {
  action: string;
  state: "done" | "refused" | "pending" | "unknown";
  error: string | null;
  why: Sentence | null;
}

/** What holds besides the protocol where the answer to `asks` is yes; `always` for everybody, unasked. */
export interface Overlay {
  name: string;
  asks: string;
  always: boolean;
}

/** What the suite decides for every page: the language of its texts, and how low sounds may be turned (percent). */
export interface Page {
  language: string;
  least_volume: number;
}

/** What may serve instead: a spare where `bed` is None; `where` is what staff call the bed. */
export interface Partner {
  bed: string | null;
  device: string;
  where: string;
  of: string;
  measures: NamedSignal[];
}

/** Everybody who may come. */
export interface People {
  accounts: Account[];
  tokens: Token[];
}

/** From `at` on the bed was in this phase; None without a session. */
export interface Phase {
  at: number;
  name: string | null;
  title: string;
}

/** One criterion as it stands: `says` is for a person; `by` answered it, where it is a question. `why` is what `says` says, by key and values. */
export interface Point {
  name: string;
  title: string;
  met: boolean;
  says: string;
  why: Sentence;
  by: string | null;
  question: boolean;
}

/** One measurement of the cuff; `mean` where it said one. */
export interface Pressure {
  at: number;
  sys: number;
  dia: number | null;
  mean: number | null;
}

/** What the protocol asks now; `kept` where its cause is over and it stays all the same. `says` is the sentence of `asks` where monitord itself asks. */
export interface Prompt {
  name: string;
  asks: string;
  says: Sentence | null;
  since: number;
  why: string;
  source: string;
  kept: boolean;
}

/** `good`, or why a reading is not. */
export type Quality = "good" | "low_perfusion" | "motion" | "interference" | "probe_off" | "no_sensor" | "searching" | "sensor_fault" | "cuff_error" | "cuff_inflated" | "repeated" | "demo" | "implausible" | "invalid" | "doubted" | "unknown_age";

/** The patient reacts, as staff said; how is in their own words, in the bed's own detail. */
export interface Reaction {
  by: string;
  since: number;
}

/** The latest reading of a signal, or None for all of it where none ever came; `by_hand` where staff entered it. */
export interface Reading {
  signal: string;
  label: string;
  unit: string;
  value: number | null;
  quality: Quality | null;
  at: number | null;
  fresh_until: number | null;
  simulated: boolean;
  by_hand: boolean;
  limits: Limit[];
}

/** One alarm of the log; `alarm` is what its strip is asked by. `end` is null while it lasts. `answered_by` is who acknowledged or accepted it first, `answered_after` how many milliseconds it waited for that. */
export interface Reviewed {
  alarm: number;
  bed: string | null;
  label: string;
  session: string | null;
  pseudonym: string;
  kind: Kind;
  priority: "high" | "medium" | "low";
  text: string;
  says: Sentence[];
  start: number;
  end: number | null;
  answered_by: string | null;
  answered_after: number | null;
  simulated: boolean;
}

/** One rule: its key, its name in words, its state in a word (alarm, waits, cannot tell, ...), then sentences. `what` is the sentence of its title, `says` are those of `lines`; `state_key` names the state in the vocabulary. */
export interface Rule {
  rule: string;
  title: string;
  what: Sentence;
  state: string;
  state_key: string;
  lines: string[];
  says: Sentence[][];
}

/** Who is at this screen. On an open station `people` is False, and nobody is asked. `names` may come with a PIN; `may` are the staff actions that are allowed now, `routes` the routes (`METHOD /path`). */
export interface Screen {
  people: boolean;
  empty: boolean;
  signed_in: boolean;
  locked: boolean;
  name: string | null;
  role: string | null;
  names: string[];
  locks_in_s: number;
  may: string[];
  routes: string[];
}

/** `key` names a template of the catalogue, `values` are what it names in braces. */
export interface Sentence {
  key: string;
  values: Record<string, string | number | number | Sentence | Sentence[]>;
}

/** A whole session; `ended` is null while it is open, `entries` are when staff entered something. */
export interface SessionTrend {
  session: string;
  label: string;
  pseudonym: string;
  title: string;
  admitted: number;
  ended: number | null;
  simulated: boolean;
  trend: Trend;
  spots: Spot[];
  alarms: Begun[];
  entries: number[];
}

/** Where the visit stands; `ends` is the phase's planned end. `may_leave` is for how many minutes the patient may leave the bed in this phase, 0 for not. `concern` says that a clinician must see the patient, empty where nobody waits for one; which `forms` there are and what was answered is for the bed's own detail. `entries` counts all that was entered. */
export interface Session {
  id: string;
  pseudonym: string;
  protocol: string;
  title: string;
  stage: Stage;
  infusion: string | null;
  phase: string;
  phase_title: string;
  since: number;
  ends: number | null;
  opened_at: number;
  cuff_arm: string | null;
  probe_arm: string | null;
  overlays: string[];
  baseline: Baseline[];
  away: Away | null;
  may_leave: number;
  prompts: Prompt[];
  reaction: Reaction | null;
  forms: boolean;
  concern: string;
  entries: number;
  steps: Step[];
}

/** A secret, shown this once. */
export interface Shown {
  secret: string;
}

/** A vital sign measured by a device, or a sign observed by staff. */
export type Signal = "spo2" | "pulse_rate" | "perfusion_index" | "heart_rate" | "resp_rate" | "etco2" | "no_breath" | "temperature" | "nibp_sys" | "nibp_dia" | "nibp_map" | "nibp_pulse" | "cuff_pressure" | "infusion_rate" | "infusion_volume" | "infusion_running" | "moaas" | "orientation" | "mood" | "nausea" | "vomiting" | "dizziness" | "dissociation" | "hallucination" | "double_vision" | "anxiety" | "headache" | "visual_disturbance" | "dyspnoea" | "chest_pain" | "epds" | "epds_self_harm";

/** What a page says of its own sound; no browser tells it of a muted tab, or of its loudspeaker. A test alarm that somebody answers proves the rest. */
export type Sound = "plays" | "locked" | "suspended" | "stuck";

/** How a signal was watched in one span; `cause` is empty while all was well. */
export interface Span {
  begin: number;
  end: number;
  watch: string;
  cause: string;
}

/** A signal that stands in the table alone; at most one reading a minute. */
export interface Spot {
  signal: string;
  label: string;
  unit: string;
  at: number[];
  values: number[];
}

/** Where a visit stands; a session never leaves the last by itself. */
export type Stage = "admitted" | "baseline" | "infusion" | "recovery" | "discharged";

/** One named station; `trouble` is None while it listens, and `why` says the same by its key. `asked` while a test alarm waits there for its answer, `answered_s` the time that the last took. */
export interface Station {
  name: string;
  visible: boolean;
  sound: Sound;
  silent_s: number;
  asked: boolean;
  answered_s: number | null;
  trouble: string | null;
  why: Sentence | null;
}

/** A staff action as the session took it; `void` takes it back by its id. `at` is when it happened, as staff say; `entered_at` when it was entered. Of its `text` the sentences are `says`, and `wrote` is what staff wrote. */
export interface Step {
  id: string;
  type: string;
  by: string;
  at: number;
  entered_at: number;
  voided: boolean;
  text: string;
  says: Sentence[];
  wrote: string[];
  entered: Record<string, unknown>;
}

/** The data of each event; one event is sent at a time. */
export interface StreamEvents {
  hello: Hello;
  heartbeat: Heartbeat;
  tile: Bed;
  suite: SuiteAlarms;
  unmonitored: Unmonitored;
  broken: Broken;
  alarm: Line;
  waves: Waves;
}

/** From `at` on the value was compared with this limit. */
export interface StripLimit {
  at: number;
  limit: number;
  priority: "high" | "medium" | "low";
}

/** The alarms of the suite's own equipment. */
export interface SuiteAlarms {
  alarms: Alarm[];
}

/** How the suite stands; `checked_*` are None where nobody checked since monitord started. */
export interface Suite {
  closed: boolean;
  checked_by: string | null;
  checked_at: number | null;
  passed: boolean;
  findings: Finding[];
  stations: Station[];
}

/** A device of the bed that staff swapped: whose place it has in the suite file. */
export interface Swapped {
  device: string;
  of: string;
}

/** Forms, the patient's own limits, what was put right, and what waits for a clinician. */
export interface Terms {
  forms: Form[];
  levels: Level[];
  adjusted: Adjusted[];
  adjustable: Adjustable[];
  protocol: string;
  overlays: string[];
  protocols: Choice[];
  corrected: Corrected[];
  concern: Concern | null;
}

/** One program's token. */
export interface Token {
  name: string;
  role: string;
  expires_s: number;
}

/** Columns of equal length, oldest first; pressures and phases apart. */
export interface Trend {
  at: number[];
  spo2: (number | null)[];
  pulse_rate: (number | null)[];
  pressures: Pressure[];
  phases: Phase[];
}

/** A bed that monitord gave up, and why; nobody watches it but people. */
export interface Unmonitored {
  bed: string;
  label: string;
  why: string;
}

/** A piece of a waveform in raw device units, `rate` values a second. */
export interface WaveBlock {
  bed: string;
  name: string;
  rate: number;
  values: number[];
}

/** The newest pieces of every bed. */
export interface Waves {
  waves: WaveBlock[];
}
