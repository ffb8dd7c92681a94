// What the daemon sends: see monitord/station/shapes.py. Times are milliseconds of engine time.

export type Priority = "high" | "medium" | "low";

export interface Limit {
  text: string;
  priority: Priority;
  delay: string;
}

export interface Reading {
  signal: string;
  label: string;
  unit: string;
  value: number | null;
  quality: string | null;
  at: number | null;
  fresh_until: number | null;
  simulated: boolean;
  limits: Limit[];
}

export interface Alarm {
  id: string;
  bed: string | null;
  key: string;
  text: string;
  priority: Priority;
  kind: "physiological" | "technical";
  phase: "active" | "acknowledged" | "latched";
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

export interface Due {
  item: string;
  title: string;
  due: number;
  interval: string;
  signals: string[];
  manual: boolean;
}

export interface Step {
  id: string;
  type: string;
  by: string;
  /** When it happened, as staff say. */
  at: number;
  entered_at: number;
  voided: boolean;
  text: string;
  /** What its body held: to be entered again otherwise. */
  entered: Record<string, unknown>;
}

/** What the protocol asks of staff at this moment: its text, never an advice of monitord. */
export interface Prompt {
  name: string;
  asks: string;
  since: number;
  why: string;
  source: string;
  kept: boolean;
}

/** One point of the gate or of the discharge list. */
export interface Point {
  name: string;
  title: string;
  says: string;
  met: boolean;
  question: boolean;
  by: string | null;
}

export interface Session {
  id: string;
  pseudonym: string;
  protocol: string;
  title: string;
  stage: "admitted" | "baseline" | "infusion" | "recovery" | "discharged";
  infusion: "running" | "paused" | "stopped" | null;
  phase: string;
  phase_title: string;
  since: number;
  ends: number | null;
  opened_at: number;
  cuff_arm: string | null;
  probe_arm: string | null;
  overlays: string[];
  baseline: { label: string; value: number; unit: string; by: string; at: number }[];
  away: { reason: string; by: string; since: number; until: number } | null;
  /** For how many minutes the patient may leave the bed in this phase; 0 for not. */
  may_leave: number;
  prompts: Prompt[];
  reaction: { reason: string; by: string; since: number } | null;
  forms: { name: string; title: string }[];
  /** For which answer a clinician must see the patient; empty for none. */
  concern: string;
  /** What was entered last comes first. */
  steps: Step[];
}

export interface FormItem {
  name: string;
  title: string;
  low: number;
  high: number;
  /** A score above it calls a clinician. */
  asks_above: number | null;
}

export interface Form {
  name: string;
  title: string;
  items: FormItem[];
  last: { total: number; by: string; at: number } | null;
}

/** `was` as the protocol writes it, `limit` as it is in force. */
export interface Level {
  rule: string;
  label: string;
  priority: Priority;
  was: string;
  limit: string;
}

/** What holds for this visit besides the protocol's own text: monitord/station/terms.py. */
export interface Terms {
  forms: Form[];
  levels: Level[];
  adjusted: { rule: string; priority: Priority; was: string; limit: string; by: string; reason: string }[];
  adjustable: { rule: string; priority: Priority; limit: string; low: number; high: number }[];
  protocol: string;
  overlays: string[];
  protocols: Choice[];
  corrected: { at: number; protocol: string; overlays: string[]; by: string; reason: string }[];
  concern: { since: number; says: string; by: string } | null;
}

/** A protocol that may be asked for, and what must be asked with it. */
export interface Choice {
  name: string;
  title: string;
  overlays: { name: string; asks: string }[];
}

export interface Bed {
  bed: string;
  label: string;
  now: number;
  simulated: boolean;
  session: Session | null;
  signals: Reading[];
  alarms: Alarm[];
  due: Due[];
  idle: { rule: string; why: string }[];
  /** Devices that are not where the suite file has them, and where it has them. */
  swapped: { device: string; of: string }[];
  protocols?: Choice[];
}

/** What may serve instead of a device: a spare where `bed` is null. */
export interface Partner {
  bed: string | null;
  device: string;
  where: string;
  of: string;
  measures: string[];
}

/** A device of a bed; `of` says whose place it has in the suite file, empty for its own. */
export interface Device {
  device: string;
  of: string;
  measures: string[];
  partners: Partner[];
}

/** A bed that the daemon gave up: nobody watches it but people. */
export interface Unmonitored {
  bed: string;
  label: string;
  why: string;
}

export interface Station {
  name: string;
  visible: boolean;
  audio: boolean;
  silent_s: number;
  asked: boolean;
  answered_s: number | null;
  trouble: string | null;
}

/** How the suite stands since the daemon started: what was tried before it opened, by whom. */
export interface Suite {
  closed: boolean;
  checked_by: string | null;
  checked_at: number | null;
  passed: boolean;
  findings: { what: string; ok: boolean; says: string }[];
  stations: Station[];
}

export interface Hello {
  suite: string;
  notice: string;
  beds: string[];
}

export interface Line {
  id: string;
  at: string;
  bed: string | null;
  event: string;
  priority: Priority;
  kind: Alarm["kind"];
  reason: string;
  text: string;
  by: string | null;
  simulated: boolean;
  durable: boolean;
}

export interface Trend {
  at: number[];
  spo2: (number | null)[];
  pulse_rate: (number | null)[];
  pressures: { at: number; sys: number; dia: number | null }[];
  phases: { at: number; name: string | null; title: string }[];
}

export interface WaveBlock {
  bed: string;
  name: string;
  rate: number;
  values: number[];
}
