// What the built page was made from, as one number that the tests can work out without Node.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const CONFIGURATION = ["index.html", "overview.html", "package.json", "package-lock.json", "sources.ts", "tsconfig.json", "vite.config.ts"];

/** SHA-256 over `name NUL bytes NUL` of every source in the order of their names. */
export function digest(root: string): string {
  const sources = readdirSync(join(root, "src")).map((name) => `src/${name}`);
  const sum = createHash("sha256");
  for (const name of [...CONFIGURATION, ...sources].sort()) {
    sum.update(`${name}\0`).update(readFileSync(join(root, name))).update("\0");
  }
  return sum.digest("hex");
}

export const sources = (): Plugin => ({
  name: "sources",
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "sources.sha256", source: `${digest(import.meta.dirname)}\n` });
  },
});
