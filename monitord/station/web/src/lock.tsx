// Who stands here, in the head of the page: the buttons that lock, unlock and sign out.
import { who } from "./send_action";
import { showPeople } from "./people";
import { choose, lock, session, signOut } from "./session";
import { ask } from "./sheet";

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
