// Tokens with which programs ask: who has one and for how long; a new one is shown once.
import { path, RoleChoice, words } from "./roles";
import type { Token } from "./types";

/** Sends a change; `says` makes the sentence for a secret that is shown once. */
export type Change = (path: string, body: object, says: (secret: string) => string) => Promise<void>;

const DAY_S = 86400;
const DAYS = [1, 7, 30, 90, 366];

function lasts(token: Token): string {
  if (token.expires_s <= 0) return "over";
  const days = Math.ceil(token.expires_s / DAY_S);
  return days === 1 ? "ends within a day" : `${days} days left`;
}

export function Programs({ tokens, change }: { tokens: Token[]; change: Change }) {
  const make = (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = Object.fromEntries(new FormData(form)) as { program: string; role: string; days: string };
    const body = { role: given.role, days: Number(given.days) };
    const says = (secret: string) => `Token of ${given.program}, shown only now: ${secret}`;
    void change(path(given.program, "token"), body, says).then(() => form.reset());
  };
  return (
    <>
      <h3>Programs</h3>
      <ul aria-label="Programs">
        {tokens.map((token) => (
          <li key={token.name}>
            <b>{token.name}</b>
            <span>
              {words(token.role)}, {lasts(token)}
            </span>
            <button aria-label={`Revoke ${token.name}`} onClick={() => void change(path(token.name, "revoke"), {}, () => "")}>
              Revoke
            </button>
          </li>
        ))}
        {tokens.length === 0 && <li>No program has a token.</li>}
      </ul>
      <form onSubmit={make}>
        <label>
          Program
          <input name="program" required maxLength={40} autocomplete="off" />
        </label>
        <RoleChoice label="May what this one may" />
        <label>
          For days
          <select name="days" defaultValue="90">
            {DAYS.map((days) => (
              <option key={days} value={String(days)} selected={days === 90}>
                {days}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="confirm">
          Make a token
        </button>
      </form>
    </>
  );
}
