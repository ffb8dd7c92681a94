// Who stands here, in the head of the page: the buttons that lock, unlock and sign out.
import { who } from "./send_action";
import { showPeople } from "./people";
import { choose, lock, session, signOut } from "./session";
import { ask } from "./sheet";
import { roleName, t } from "./words";

const unlocking = () =>
  ask({ title: t("lock.unlock"), bed: null, text: t("lock.say_who"), done: t("lock.unlock"), timeless: true, send: () => Promise.resolve(null) });

const leaving = () =>
  ask({
    title: t("lock.sign_out_title"),
    bed: null,
    text: t("lock.sign_out_text"),
    done: t("lock.sign_out"),
    timeless: true,
    send: () => signOut(),
  });

const choosing = () =>
  ask({
    title: t("lock.secrets"),
    bed: null,
    text: t("lock.secrets_text"),
    done: t("lock.keep"),
    timeless: true,
    fields: [
      { name: "present", label: t("lock.present"), secret: true },
      { name: "pin", label: t("lock.pin"), secret: true },
      { name: "new_password", label: t("lock.new_password"), secret: true },
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
      <button onClick={() => (who.value = "")} title={t("lock.somebody_else")}>
        {who.value} ✕
      </button>
    ) : null;
  if (!known.name)
    return (
      <span class="person">
        <b>{t(known.locked ? "lock.locked" : "lock.view_only")}</b>
        <button onClick={unlocking}>{t(known.locked ? "lock.unlock" : "lock.sign_in")}</button>
      </span>
    );
  return (
    <span class="person">
      <button onClick={() => void lock()}>{t("lock.lock")}</button>
      <details>
        <summary>
          <b>{known.name}</b> {known.role && roleName(known.role)}
        </summary>
        <div onClick={(event) => (event.currentTarget.parentElement as HTMLDetailsElement).removeAttribute("open")}>
          {known.role === "engineer" && <button onClick={() => (showPeople.value = true)}>{t("lock.accounts")}</button>}
          <button onClick={choosing}>{t("lock.secrets_more")}</button>
          <button onClick={leaving}>{t("lock.sign_out_more")}</button>
        </div>
      </details>
    </span>
  );
}
