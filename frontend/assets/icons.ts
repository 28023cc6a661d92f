/**
 * The icons that pages may use, by their lucide names. The build takes their shapes from lucide-static and writes
 * dist/icons.json, from which the template tag {% icon "name" %} draws. Always with a word beside it.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

export const ICONS = [
  "accessibility", "arrow-down", "arrow-left", "arrow-right", "baby", "ban", "banknote", "bell", "bookmark", "building-2", "bus",
  "calendar", "calendar-days", "calendar-plus", "camera", "car", "chart-no-axes-column", "check", "chevron-down", "chevron-left", "chevron-right",
  "chevron-up", "circle-alert", "circle-check", "circle-help", "circle-x", "clock", "cloud", "cloud-rain", "cloud-sun", "copy", "credit-card",
  "download", "external-link", "eye", "file-text", "flag", "flashlight", "gift", "globe", "hand-heart", "heart", "history", "hourglass",
  "house", "image", "info", "keyboard", "layers", "list", "loader", "lock", "log-in", "log-out", "mail", "map", "map-pin", "megaphone",
  "menu", "message-circle", "minus", "mountain", "package", "package-check", "pencil", "phone", "plus", "printer", "qr-code", "receipt-text",
  "refresh-cw", "rotate-ccw", "route", "ruler", "scan-line", "search", "send", "settings", "share-2", "shield-check", "shopping-bag", "shopping-cart",
  "sliders-horizontal", "smartphone", "square-parking", "star", "store", "sun", "tag", "ticket", "toilet", "trash-2", "triangle-alert", "truck",
  "umbrella", "undo-2", "upload", "user", "users", "utensils", "volume-2", "wallet", "wifi-off", "wind", "x",
] as const;

export function icons(): Plugin {
  const folder = join(dirname(createRequire(import.meta.url).resolve("lucide-static/package.json")), "icons");
  return {
    name: "lapau-icons",
    apply: "build",
    generateBundle() {
      const shapes: Record<string, string> = {};
      for (const name of ICONS) {
        const svg = readFileSync(join(folder, `${name}.svg`), "utf8");
        const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1];
        if (!inner) throw new Error(`lucide has no icon ${name}`);
        shapes[name] = inner.replace(/\s*\n\s*/g, "").replace(/ \/>/g, "/>");
      }
      this.emitFile({ type: "asset", fileName: "icons.json", source: JSON.stringify(shapes) });
    },
  };
}
