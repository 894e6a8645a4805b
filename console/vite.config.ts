import { defineConfig } from "vite";

/** While developing, pages come from Vite and answers from a running server. */
const SERVER = process.env["INDELIBLE_URL"] ?? "http://127.0.0.1:7117";

export default defineConfig({
  server: { proxy: { "^/(v1|checkpoint|vkey|tile|openapi.json)": { target: SERVER, changeOrigin: true } } },
  build: {
    target: "es2022",
    // Modules are loaded from this server or not at all: what an older browser would need is not built in.
    modulePreload: { polyfill: false },
  },
});
