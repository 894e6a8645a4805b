// Builds the console's page and the embeddable component into one folder: `npm run build -- --outDir DIR`.
import { parseArgs } from "node:util";
import { build } from "vite";

const { values } = parseArgs({ options: { outDir: { type: "string", default: "dist" }, emptyOutDir: { type: "boolean", default: true } } });

// The page: its files carry their hash in their names.
await build({ build: { outDir: values.outDir, emptyOutDir: values.emptyOutDir } });

// What other products' pages load, in one file of a name that stays.
await build({
  // A library's own code still asks for it, and a page has no `process`.
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    outDir: `${values.outDir}/embed`,
    emptyOutDir: true,
    lib: { entry: "src/embed.ts", formats: ["es"], fileName: () => "indelible-log.js" },
  },
});
