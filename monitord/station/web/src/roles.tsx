// What accounts and programs have in common: a role, and where they are changed.

export const ROLES = ["viewer", "nurse", "charge_nurse", "clinician", "approver", "engineer"];
export const words = (role: string) => role.replace("_", " ");
export const path = (name: string, what: string) => `/api/people/${encodeURIComponent(name)}/${what}`;

export function RoleChoice({ label }: { label: string }) {
  return (
    <label>
      {label}
      <select name="role">
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {words(role)}
          </option>
        ))}
      </select>
    </label>
  );
}
