import { defineConfig } from "vite";
import { icons } from "./icons";

// Served by Django as /static/bundle/; addresses inside are relative, so that any prefix or host works.
export default defineConfig({
  base: "./",
  plugins: [icons()],
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
        tickets: "src/tickets/tickets.ts",
      },
    },
  },
});
