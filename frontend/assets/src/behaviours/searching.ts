/**
 * The search page: near me, and telling the site what was asked and opened.
 *
 * What is told goes to our own site without cookies: the question as the page signed it, and which result. Nothing about the visitor.
 */
export function bindSearching(): void {
  show();
  tell();
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const button = target.closest<HTMLElement>("[data-near-find]");
    if (button) near(button);
    const link = target.closest<HTMLAnchorElement>("[data-results] .card a");
    const card = link?.closest(".card");
    const page = link?.closest<HTMLElement>("[data-keys]");
    if (!card || !page) return;
    const place = [...page.querySelectorAll("[data-results] .card")].indexOf(card);
    const key = (page.dataset.keys || "").split(",")[place];
    if (key) send(page, key);
  });
}

function show(): void {
  if ("geolocation" in navigator) document.querySelectorAll<HTMLElement>("[data-near], [data-near-find]").forEach((part) => (part.hidden = false));
}

function tell(): void {
  const page = document.querySelector<HTMLElement>("[data-asked][data-plain]");
  if (page && !new URLSearchParams(location.search).has("page")) send(page);
}

function send(page: HTMLElement, key = ""): void {
  const { asked, countedAt } = page.dataset;
  if (!asked || !countedAt) return;
  const body = new URLSearchParams({ asked, ...(key ? { key } : {}) });
  void fetch(countedAt, { method: "POST", body, credentials: "omit", keepalive: true }).catch(() => undefined);
}

function near(button: HTMLElement): void {
  const form = button.closest("form");
  const note = button.parentElement?.querySelector<HTMLElement>("[data-near-note]");
  if (!form) return;
  if (note) note.textContent = note.dataset.waiting || "";
  button.setAttribute("aria-busy", "true");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      // About a hundred metres: enough to sort by, and no more is told to anybody.
      (form.elements.namedItem("lat") as HTMLInputElement).value = coords.latitude.toFixed(3);
      (form.elements.namedItem("lon") as HTMLInputElement).value = coords.longitude.toFixed(3);
      const sort = form.elements.namedItem("sort") as HTMLSelectElement | null;
      if (sort && button.dataset.nearSort) {
        if (![...sort.options].some((option) => option.value === button.dataset.nearSort)) sort.add(new Option("", button.dataset.nearSort));
        sort.value = button.dataset.nearSort;
      }
      form.requestSubmit();
    },
    () => {
      button.removeAttribute("aria-busy");
      if (note) note.textContent = note.dataset.refused || "";
    },
    { timeout: 10_000, maximumAge: 300_000 },
  );
}
