// Before anything is shown: sign in, or choose a password with a code or with the set-up link.
import { useState } from "preact/hooks";
import { unlock } from "./attention";
import { join, session, signIn } from "./session";

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
      <form onSubmit={(event) => void submit(event)} aria-label="Sign in">
        <h1>monitord</h1>
        <p>No bed is watched from this screen until somebody signs in.</p>
        {setUp && <p>Make the first account: an engineer, who adds the others.</p>}
        {empty && !setUp && (
          <p>
            There is no account yet. Open the link that monitord printed when it started, on its own machine, or run{" "}
            <code>monitord people add</code>.
          </p>
        )}
        <label>
          Name (as it shall stand at what you do)
          <input name="name" required maxLength={40} autocomplete="username" autofocus />
        </label>
        {choosing && !setUp && (
          <label>
            Code that you were given
            <input name="code" required maxLength={20} autocomplete="one-time-code" />
          </label>
        )}
        <label>
          {choosing ? "Password (12 characters or more)" : "Password"}
          <input name="password" type="password" required maxLength={128} autocomplete={choosing ? "new-password" : "current-password"} />
        </label>
        {choosing && (
          <label>
            PIN (4 to 8 digits), to come back quickly
            <input name="pin" type="password" inputMode="numeric" pattern="[0-9]{4,8}" autocomplete="off" />
          </label>
        )}
        {refused && (
          <p class="refused" role="alert">
            {refused}
          </p>
        )}
        <button type="submit" class="confirm" disabled={busy}>
          {choosing ? "Choose and sign in" : "Sign in"}
        </button>
        {!setUp && (
          <button type="button" onClick={() => setWithCode(!withCode)}>
            {withCode ? "I have a password" : "I have a code"}
          </button>
        )}
        <p class="soft">
          Supplementary information system, not a medical device. Keep the approved monitor's own alarms on.
        </p>
      </form>
    </main>
  );
}
