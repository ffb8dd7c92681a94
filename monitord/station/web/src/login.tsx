// Before anything is shown: sign in, or choose a password with a code or with the set-up link.
import { useState } from "preact/hooks";
import { unlock } from "./attention";
import { join, session, signIn } from "./session";
import { rich, t } from "./words";

/** As it is typed. */
const COMMAND = "monitord people add";
const SET_UP = new URLSearchParams(location.hash.slice(1)).get("setup");

export function Login() {
  const { empty = false } = session.value ?? {};
  const [withCode, setWithCode] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const setUp = empty && SET_UP !== null;
  const choosing = setUp || withCode;

  const submit = async (event: Event) => {
    event.preventDefault();
    // This tap is the gesture that a browser wants before it sounds.
    unlock();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "");
    setBusy(true);
    const pin = text("pin");
    const said = choosing
      ? await join({
          name: text("name"),
          code: setUp ? SET_UP : text("code"),
          password: text("password"),
          ...(pin && { pin }),
        })
      : await signIn(text("name"), text("password"));
    if (said === null) history.replaceState(null, "", "/");
    setRefused(said);
    setBusy(false);
  };

  return (
    <main class="entrance">
      <form onSubmit={(event) => void submit(event)} aria-label={t("login.label")}>
        <h1>monitord</h1>
        <p>{t("login.nobody")}</p>
        {setUp && <p>{t("login.first")}</p>}
        {empty && !setUp && (
          <p>
            {rich("login.none", { command: <code>{COMMAND}</code> })}
          </p>
        )}
        <label>
          {t("login.name")}
          <input name="name" required maxLength={40} autocomplete="username" autofocus />
        </label>
        {choosing && !setUp && (
          <label>
            {t("login.code")}
            <input name="code" required maxLength={20} autocomplete="one-time-code" />
          </label>
        )}
        <label>
          {t(choosing ? "login.new_password" : "login.password")}
          <input name="password" type="password" required maxLength={128} autocomplete={choosing ? "new-password" : "current-password"} />
        </label>
        {choosing && (
          <label>
            {t("login.pin")}
            <input name="pin" type="password" inputMode="numeric" pattern="[0-9]{4,8}" autocomplete="off" />
          </label>
        )}
        {refused && (
          <p class="refused" role="alert">
            {refused}
          </p>
        )}
        <button type="submit" class="confirm" disabled={busy}>
          {t(choosing ? "login.choose" : "login.sign_in")}
        </button>
        {!setUp && (
          <button type="button" onClick={() => setWithCode(!withCode)}>
            {t(withCode ? "login.have_password" : "login.have_code")}
          </button>
        )}
        <p class="soft">
          {t("login.soft")}
        </p>
      </form>
    </main>
  );
}
