import { defineConfig, type Plugin } from "vite";
import { icons } from "./icons";

/**
 * htmx never evaluates text here (allowEval is off, and the content policy forbids it); with its one eval in place no
 * name in the module can be shortened, which costs every first view 2 kB.
 */
function withoutEval(): Plugin {
  return {
    name: "lapau-htmx-without-eval",
    transform: (code, id) => (id.endsWith("/htmx.esm.js") ? code.replace("return eval(str)", "return str") : null),
  };
}

// Served by Django as /static/bundle/; addresses inside are relative, so that any prefix or host works.
export default defineConfig({
  base: "./",
  plugins: [icons(), withoutEval()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    // A motif is fetched by the one page that wears it, and the strict policy needs no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ["chrome111", "firefox114", "safari16.4"],
    // light-dark() and nesting stay as they are: the brands' stylesheet is not built here and must read the same.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    rolldownOptions: {
      input: {
        main: "src/main.ts",
        map: "src/map.ts",
        photo: "src/photo.ts",
        gate: "src/gate/gate.ts",
        sell: "src/gate/sell.ts",
        tickets: "src/tickets/tickets.ts",
        offlineWorker: "src/offline/worker.ts",
      },
    },
  },
});
