// Who acts: the fields of a sheet that ask for it, and what becomes of the answers.
import { useState } from "preact/hooks";
import { NOBODY, offeredNames, who } from "./send_action";
import { nobody, session, signIn, unlock } from "./session";
import { rich, t } from "./words";

/** The fields of a sheet that say who acts; on an open station initials, else a PIN or a password. */
export function Who() {
  const [other, setOther] = useState(false);
  if (!session.value?.people)
    return (
      <label>
        {t("who.initials")}
        <input name="by" required maxLength={40} autocomplete="off" defaultValue={who.value} data-first={(!who.value && offeredNames().length === 0) || undefined} />
      </label>
    );
  if (!nobody.value)
    return (
      <p class="signed">
        {rich("who.as", { name: <b>{session.value.name}</b> })}
      </p>
    );
  const { names } = session.value;
  return (
    <fieldset class="identify">
      {names.length > 0 ? (
        <>
          <label>
            {t("who.who")}
            <select name="_who" onChange={(event) => setOther(event.currentTarget.value === "")}>
              {names.map((name) => (
                <option key={name}>{name}</option>
              ))}
              <option value="">{t("who.with_password")}</option>
            </select>
          </label>
          {other ? (
            <NameAndPassword />
          ) : (
            <label>
              {t("who.pin")}
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
        {t("who.name")}
        <input name="_name" maxLength={40} autocomplete="username" />
      </label>
      <label>
        {t("who.password")}
        <input name="_password" type="password" maxLength={128} autocomplete="current-password" />
      </label>
    </>
  );
}

const ASKED = ["_who", "_pin", "_name", "_password"];

/** The answers as nobody's, whatever was typed. */
export function withoutName(given: Record<string, string>): null {
  for (const key of ASKED) delete given[key];
  given.by = NOBODY;
  return null;
}

/** Takes what `Who` asked out of the answers; a sentence where it does not fit. */
export async function identify(given: Record<string, string>): Promise<string | null> {
  const { _who: chosen, _pin: pin, _name: name, _password: password } = given;
  for (const key of ASKED) delete given[key];
  if (!nobody.value) return null;
  if (chosen && pin) return unlock(chosen, pin);
  if (name && password) return signIn(name, password);
  return t("who.say");
}
