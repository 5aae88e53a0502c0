import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const require = createRequire(import.meta.url);

/** What /docs shows the HTTP API with; beside the page, so that no content delivery network is asked. */
function apiDocumentation(): Plugin {
  return {
    name: "landshot:api-documentation",
    apply: "build",
    generateBundle() {
      for (const [name, file] of [
        ["swagger-ui.js", "swagger-ui-bundle.js"],
        ["swagger-ui.css", "swagger-ui.css"],
      ] as const) {
        const source = readFileSync(require.resolve(`swagger-ui-dist/${file}`));
        this.emitFile({ type: "asset", name, source });
      }
    },
  };
}

// The server serves index.html at / and everything else below /page/, whose names carry a hash of what is in them.
// Relative addresses, so that a proxy may put the whole service below a path of its own.
export default defineConfig({
  base: "./",
  plugins: [apiDocumentation()],
  build: {
    assetsDir: "page",
    target: "es2023",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    // `npm run dev` beside `make serve`: the page from sources, everything else from the server.
    proxy: Object.fromEntries(
      [
        "adapt",
        "adaptations",
        "demo",
        "imagery",
        "jobs",
        "labels",
        "legends",
        "maps",
        "models",
        "page",
        "tiles",
      ].map((path) => [`/${path}`, process.env.LANDSHOT_SERVER ?? "http://127.0.0.1:8000"]),
    ),
  },
  test: {
    environment: "happy-dom",
    pool: "vmThreads",
    include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"],
  },
});
