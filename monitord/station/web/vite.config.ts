import { defineConfig } from "vite";
import { digest, sources } from "./sources";

// Names without hashes: the built files are committed, and a change of one line shall be a change of one file.
export default defineConfig({
  base: "/",
  publicDir: false,
  plugins: [sources()],
  // What the page is known by: the station says in its hello which one it has.
  define: { BUILD: JSON.stringify(digest(import.meta.dirname).slice(0, 12)) },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es", rollupOptions: { output: { entryFileNames: "assets/[name].js" } } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      // sound.js and sentence_text.js stand alone, so that a test can use them without the page.
      input: { page: "index.html", overview: "overview.html", sound: "src/sound.ts", sentence_text: "src/sentence_text.ts" },
      preserveEntrySignatures: "strict",
      output: {
        entryFileNames: "assets/[name].js",
        chunkFileNames: "assets/shared-[name].js",
        assetFileNames: "assets/[name][extname]",
      },
    },
  },
});
