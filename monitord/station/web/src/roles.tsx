// What accounts and programs have in common: a role, and where they are changed.
import { roleName } from "./words";

export const ROLES = ["viewer", "nurse", "charge_nurse", "clinician", "approver", "engineer"];
export const path = (name: string, what: string) => `/api/people/${encodeURIComponent(name)}/${what}`;

export function RoleChoice({ label }: { label: string }) {
  return (
    <label>
      {label}
      <select name="role">
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {roleName(role)}
          </option>
        ))}
      </select>
    </label>
  );
}
