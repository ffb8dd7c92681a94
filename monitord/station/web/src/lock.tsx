// Who stands here: the fields that ask, and the buttons that lock, unlock and sign out.
import { useState } from "preact/hooks";
import { who } from "./act";
import { showPeople } from "./people";
import { choose, lock, nobody, session, signIn, signOut, unlock } from "./session";
import { ask } from "./sheet";

/** The fields of a sheet that say who acts; on an open station initials, else a PIN or a password. */
export function Who() {
  const [other, setOther] = useState(false);
  if (!session.value?.people)
    return (
      <label>
        Who (initials)
        <input name="by" required maxLength={40} autocomplete="off" defaultValue={who.value} data-first={!who.value || undefined} />
      </label>
    );
  if (!nobody.value)
    return (
      <p class="signed">
        As <b>{session.value.name}</b>
      </p>
    );
  const { names } = session.value;
  return (
    <fieldset class="identify">
      {names.length > 0 ? (
        <>
          <label>
            Who
            <select name="_who" onChange={(event) => setOther(event.currentTarget.value === "")}>
              {names.map((name) => (
                <option key={name}>{name}</option>
              ))}
              <option value="">with name and password…</option>
            </select>
          </label>
          {other ? (
            <NameAndPassword />
          ) : (
            <label>
              PIN
              <input name="_pin" type="password" inputMode="numeric" maxLength={8} autocomplete="off" data-first />
            </label>
          )}
        </>
      ) : (
        <NameAndPassword />
      )}
    </fieldset>
  );
}

function NameAndPassword() {
  return (
    <>
      <label>
        Name
        <input name="_name" maxLength={40} autocomplete="username" />
      </label>
      <label>
        Password
        <input name="_password" type="password" maxLength={128} autocomplete="current-password" />
      </label>
    </>
  );
}

/** Takes what `Who` asked out of the answers; a sentence where it does not fit. */
export async function identify(given: Record<string, string>): Promise<string | null> {
  const { _who: chosen, _pin: pin, _name: name, _password: password } = given;
  for (const key of ["_who", "_pin", "_name", "_password"]) delete given[key];
  if (!nobody.value) return null;
  if (chosen && pin) return unlock(chosen, pin);
  if (name && password) return signIn(name, password);
  return "say who you are: PIN, or name and password";
}

const unlocking = () =>
  ask({ title: "Unlock", bed: null, text: "Say who you are.", done: "Unlock", timeless: true, send: () => Promise.resolve(null) });

const leaving = () =>
  ask({
    title: "Sign this screen out",
    bed: null,
    text: "It shows no alarms any more, and makes no sound. To leave it to the next one, lock it instead.",
    done: "Sign out",
    timeless: true,
    send: () => signOut(),
  });

const choosing = () =>
  ask({
    title: "PIN and password",
    bed: null,
    text: "Fill in what shall be another one.",
    done: "Keep",
    timeless: true,
    fields: [
      { name: "present", label: "Present password", secret: true },
      { name: "pin", label: "PIN (4 to 8 digits)", secret: true },
      { name: "new_password", label: "New password (12 characters or more)", secret: true },
    ],
    send: ({ present = "", pin, new_password }) =>
      choose({
        name: session.value?.name ?? "",
        password: present,
        ...(pin && { pin }),
        ...(new_password && { new_password }),
      }),
  });

/** In the head of the page. */
export function Person() {
  const known = session.value;
  if (!known?.people)
    return who.value ? (
      <button onClick={() => (who.value = "")} title="Somebody else stands here">
        {who.value} ✕
      </button>
    ) : null;
  if (!known.name)
    return (
      <span class="person">
        <b>{known.locked ? "Locked" : "View only"}</b>
        <button onClick={unlocking}>{known.locked ? "Unlock" : "Sign in"}</button>
      </span>
    );
  return (
    <span class="person">
      <button onClick={() => void lock()}>Lock</button>
      <details>
        <summary>
          <b>{known.name}</b> {known.role?.replace("_", " ")}
        </summary>
        <div onClick={(event) => (event.currentTarget.parentElement as HTMLDetailsElement).removeAttribute("open")}>
          {known.role === "engineer" && <button onClick={() => (showPeople.value = true)}>Accounts</button>}
          <button onClick={choosing}>PIN and password…</button>
          <button onClick={leaving}>Sign out…</button>
        </div>
      </details>
    </span>
  );
}
