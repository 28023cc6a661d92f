/**
 * Suggestions under a search box: a combobox with a list, as the ARIA practices describe it. The focus stays in the box; arrows move through the
 * options, Enter opens the active one, Escape closes the list, then empties the box. Without a script the box is a form.
 *
 * With nothing typed, the list offers what was searched on this device before: kept in this browser alone, removable one by one or all.
 */
const KEPT = "lapau.searches";
const MOST = 6;

let number = 0;

export function bindSuggestions(): void {
  document.querySelectorAll<HTMLElement>(".find").forEach(dress);
  document.addEventListener("focusin", (event) => {
    const box = parts(event.target);
    if (box) dress(box.form);
    if (box && !box.input.value) recents(box);
  });
  document.addEventListener("keydown", (event) => {
    const box = parts(event.target);
    if (box && event.target === box.input) key(event, box);
  });
  document.addEventListener("input", (event) => {
    const box = parts(event.target);
    if (box && !box.input.value) recents(box);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const box = parts(event.target);
    if (!box) return;
    if (box.input.value.trim().length < 2) recents(box);
    else opened(box);
  });
  document.addEventListener("focusout", (event) => {
    const box = parts(event.target);
    if (box && !box.form.contains(event.relatedTarget as Node | null)) box.input.setAttribute("aria-expanded", "false");
  });
  document.addEventListener("submit", (event) => {
    const box = parts(event.target);
    if (box) keep(box.input.value);
  });
  document.addEventListener("click", (event) => {
    const removing = (event.target as Element).closest<HTMLElement>("[data-recent-drop]");
    const box = parts(event.target);
    if (!removing || !box) return;
    event.preventDefault();
    drop(box, removing.dataset.recentDrop || null);
  });
}

interface Box {
  form: HTMLElement;
  input: HTMLInputElement;
  list: HTMLElement;
  said: HTMLElement | null;
}

function parts(target: EventTarget | null): Box | null {
  const form = target instanceof Element ? target.closest<HTMLElement>(".find") : null;
  const input = form?.querySelector<HTMLInputElement>("input[type=search]");
  const list = form?.querySelector<HTMLElement>(".find__list");
  return form && input && list ? { form, input, list, said: form.querySelector("[data-find-said]") } : null;
}

function dress(form: HTMLElement): void {
  const box = parts(form);
  if (!box || box.input.getAttribute("role") === "combobox") return;
  box.list.id ||= `saran-${++number}`;
  box.list.setAttribute("role", "listbox");
  box.list.setAttribute("aria-label", form.querySelector("label")?.textContent || "");
  box.input.setAttribute("role", "combobox");
  box.input.setAttribute("aria-autocomplete", "list");
  box.input.setAttribute("aria-expanded", "false");
  box.input.setAttribute("aria-controls", box.list.id);
}

function options(box: Box): HTMLElement[] {
  return [...box.list.querySelectorAll<HTMLElement>("[role=option]")];
}

function opened(box: Box): void {
  const found = options(box);
  found.forEach((option, place) => {
    option.id = `${box.list.id}-${place}`;
    option.tabIndex = -1;
    option.setAttribute("aria-selected", "false");
  });
  box.input.setAttribute("aria-expanded", String(found.length > 0));
  box.input.removeAttribute("aria-activedescendant");
  if (box.said) box.said.textContent = box.list.querySelector<HTMLElement>("[data-said]")?.dataset.said || "";
}

function close(box: Box): void {
  box.list.replaceChildren();
  opened(box);
}

function key(event: KeyboardEvent, box: Box): void {
  const found = options(box);
  const here = found.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const active = found[here];
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!found.length) return recents(box);
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    // One step before the first is the box itself.
    const next = here + step < -1 ? found.length - 1 : here + step >= found.length ? -1 : here + step;
    select(box, found, next);
  } else if (event.key === "Enter" && active) {
    event.preventDefault();
    if (active.dataset.recentDrop !== undefined) drop(box, active.dataset.recentDrop || null);
    else active.click();
  } else if (event.key === "Escape" && found.length) {
    event.preventDefault();
    close(box);
  } else if (event.key === "Delete" && active?.dataset.recent) {
    event.preventDefault();
    drop(box, active.dataset.recent);
  } else if (event.key === "Tab") {
    close(box);
  }
}

function select(box: Box, found: HTMLElement[], place: number): void {
  found.forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
  const active = found[place];
  if (!active) return box.input.removeAttribute("aria-activedescendant");
  box.input.setAttribute("aria-activedescendant", active.id);
  active.scrollIntoView({ block: "nearest" });
}

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) || "[]");
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function write(kept: string[]): void {
  try {
    if (kept.length) localStorage.setItem(KEPT, JSON.stringify(kept.slice(0, MOST)));
    else localStorage.removeItem(KEPT);
  } catch {
    // A browser that keeps nothing searches all the same.
  }
}

function keep(typed: string): void {
  const words = typed.trim().replace(/\s+/g, " ").slice(0, 80);
  if (words.length > 1) write([words, ...read().filter((one) => one.toLowerCase() !== words.toLowerCase())]);
}

function drop(box: Box, words: string | null): void {
  write(words ? read().filter((one) => one !== words) : []);
  recents(box);
  box.input.focus();
}

function recents(box: Box): void {
  const kept = read();
  const { recent, recentClear, recentRemove } = box.form.dataset;
  if (!recent || !kept.length) return close(box);
  const action = box.form.getAttribute("action") || "";
  const lines = kept.map((words) => {
    const line = document.createElement("a");
    line.setAttribute("role", "option");
    line.href = `${action}?q=${encodeURIComponent(words)}`;
    line.dataset.recent = words;
    const said = document.createElement("span");
    said.textContent = words;
    const remove = document.createElement("span");
    remove.className = "find__drop";
    remove.dataset.recentDrop = words;
    remove.title = recentRemove || "";
    remove.setAttribute("aria-hidden", "true");
    remove.textContent = "×";
    line.append(said, remove);
    return line;
  });
  const title = document.createElement("p");
  title.className = "fine find__title";
  title.setAttribute("role", "presentation");
  title.textContent = recent;
  const clear = document.createElement("a");
  clear.setAttribute("role", "option");
  clear.href = "#";
  clear.dataset.recentDrop = "";
  clear.dataset.said = recent;
  clear.textContent = recentClear || "";
  box.list.replaceChildren(title, ...lines, clear);
  opened(box);
}
