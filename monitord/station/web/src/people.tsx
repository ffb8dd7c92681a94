// The accounts and the programs, for an engineer: add, reset, disable, revoke; codes and tokens are shown once.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { ProgramTokens } from "./program_tokens";
import type { Change } from "./program_tokens";
import { read } from "./fetch_json";
import { path, RoleChoice } from "./roles";
import { send } from "./session";
import type { Account, People as Known, Token } from "./types";
import { roleName, t } from "./words";

export const showPeople = signal(false);

export function People() {
  const [accounts, setAccounts] = useState<Account[]>([]);
  const [tokens, setTokens] = useState<Token[]>([]);
  const [said, setSaid] = useState<string | null>(null);

  const load = async () => {
    const known = await read<Known>("/api/people");
    if (!known) return;
    setAccounts(known.accounts);
    setTokens(known.tokens);
  };
  useEffect(() => {
    if (showPeople.value) void load();
    else setSaid(null);
  }, [showPeople.value]);
  if (!showPeople.value) return null;

  const change: Change = async (path, body, says) => {
    const answer = await send(path, body);
    const shown = answer && answer.status !== 204 ? ((await answer.json().catch(() => ({}))) as { secret?: string; error?: string }) : {};
    if (!answer) setSaid(t("people.no_answer"));
    else setSaid(shown.secret ? says(shown.secret) : (shown.error ?? null));
    await load();
  };
  const invited = (name: string) => (code: string) => t("people.code", { name, code });
  const add = (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = Object.fromEntries(new FormData(form)) as { name: string; role: string };
    void change("/api/people", given, invited(given.name)).then(() => form.reset());
  };

  return (
    <section class="log people" aria-label={t("people.title")}>
      <header>
        <h2>{t("people.title")}</h2>
        <button onClick={() => (showPeople.value = false)}>{t("button.close")}</button>
      </header>
      {said && (
        <p class="said" role="status">
          {said}
        </p>
      )}
      <ul>
        {accounts.map((each) => (
          <li key={each.name}>
            <b>{each.name}</b>
            <span>
              {[
                roleName(each.role),
                each.disabled && t("people.disabled"),
                each.invited && !each.disabled && t("people.invited"),
                !each.pin && !each.invited && t("people.no_pin"),
              ]
                .filter(Boolean)
                .join(", ")}
            </span>
            <button onClick={() => void change(path(each.name, "reset"), {}, invited(each.name))}>{t("people.reset")}</button>
            {!each.disabled && <button onClick={() => void change(path(each.name, "disable"), {}, () => "")}>{t("people.disable")}</button>}
          </li>
        ))}
      </ul>
      <form onSubmit={add}>
        <label>
          {t("people.name")}
          <input name="name" required maxLength={40} autocomplete="off" />
        </label>
        <RoleChoice label={t("people.role")} />
        <button type="submit" class="confirm">
          {t("people.add")}
        </button>
      </form>
      <ProgramTokens tokens={tokens} change={change} />
    </section>
  );
}
