import { defineConfig } from "vite";

/** While developing, pages come from Vite and answers from a running server. */
const SERVER = process.env["INDELIBLE_URL"] ?? "http://127.0.0.1:7117";

// Two things are built into one folder: the console's page, whose files carry their hash in their names, and
// `embed/indelible-log.js`, which other products' pages load by that name.
export default defineConfig({
  base: "/",
  server: { proxy: { "^/(v1|checkpoint|vkey|tile|openapi.json)": { target: SERVER, changeOrigin: true } } },
  build: {
    target: "es2022",
    sourcemap: false,
    reportCompressedSize: true,
    rolldownOptions: {
      input: { console: "index.html", "indelible-log": "src/embed.ts" },
      output: {
        entryFileNames: (chunk) => (chunk.name === "indelible-log" ? "embed/[name].js" : "assets/[name]-[hash].js"),
      },
    },
    // Modules are loaded from this server or not at all: what an older browser would need is not built in.
    modulePreload: { polyfill: false },
  },
});
