// Tokens with which programs ask: who has one and for how long; a new one is shown once.
import { path, RoleChoice } from "./roles";
import type { Token } from "./types";
import { roleName, t } from "./words";

/** Sends a change; `says` makes the sentence for a secret that is shown once. */
export type Change = (path: string, body: object, says: (secret: string) => string) => Promise<void>;

const DAY_S = 86400;
const DAYS = [1, 7, 30, 90, 366];

function lasts(token: Token): string {
  if (token.expires_s <= 0) return t("programs.over");
  const days = Math.ceil(token.expires_s / DAY_S);
  return days === 1 ? t("programs.within_a_day") : t("programs.days_left", { days });
}

export function ProgramTokens({ tokens, change }: { tokens: Token[]; change: Change }) {
  const make = (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = Object.fromEntries(new FormData(form)) as { program: string; role: string; days: string };
    const body = { role: given.role, days: Number(given.days) };
    const says = (secret: string) => t("programs.token", { program: given.program, secret });
    void change(path(given.program, "token"), body, says).then(() => form.reset());
  };
  return (
    <>
      <h3>{t("programs.title")}</h3>
      <ul aria-label={t("programs.title")}>
        {tokens.map((token) => (
          <li key={token.name}>
            <b>{token.name}</b>
            <span>
              {t("programs.lasts", { role: roleName(token.role), rest: lasts(token) })}
            </span>
            <button aria-label={t("programs.revoke_of", { program: token.name })} onClick={() => void change(path(token.name, "revoke"), {}, () => "")}>
              {t("programs.revoke")}
            </button>
          </li>
        ))}
        {tokens.length === 0 && <li>{t("programs.none")}</li>}
      </ul>
      <form onSubmit={make}>
        <label>
          {t("programs.program")}
          <input name="program" required maxLength={40} autocomplete="off" />
        </label>
        <RoleChoice label={t("programs.may")} />
        <label>
          {t("programs.for_days")}
          <select name="days" defaultValue="90">
            {DAYS.map((days) => (
              <option key={days} value={String(days)} selected={days === 90}>
                {days}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="confirm">
          {t("programs.make")}
        </button>
      </form>
    </>
  );
}
