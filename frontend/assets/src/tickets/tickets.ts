/** Tickets on the phone: they open without signal, keep the screen awake, and turn by swipe and by button. */
import "./tickets.css";

const page = document.querySelector<HTMLElement>("[data-tickets]");
if (page) {
  keepForLater(page.dataset.worker ?? "");
  keepAwake();
  turn();
}

/** Keep this page and all it needs on the phone, so that it opens at a gate without signal. */
async function keepForLater(address: string): Promise<void> {
  if (!address || !("serviceWorker" in navigator)) return;
  const say = () => {
    for (const badge of document.querySelectorAll<HTMLElement>("[data-offline]")) badge.textContent = badge.dataset.offline ?? "";
  };
  const here = location.href.split("#")[0] ?? location.href;
  try {
    if (await caches.match(here)) say();
    await navigator.serviceWorker.register(address);
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = say;
    const needed = performance.getEntriesByType("resource").map((entry) => entry.name);
    const styles = [...document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")].map((link) => link.href);
    const scripts = [...document.querySelectorAll<HTMLScriptElement>("script[src]")].map((script) => script.src);
    const own = [...new Set([...needed, ...styles, ...scripts])].filter((url) => /\/(static\/bundle|merek\.)/.test(url));
    active?.postMessage({ page: here, files: own.filter((url) => url.startsWith(location.origin)) }, [port2]);
  } catch {
    // Without a service worker the ticket still shows as long as the page stays open; the code in text and the PDF remain.
  }
}

/** A screen that goes dark in the queue helps nobody. */
function keepAwake(): void {
  if (!("wakeLock" in navigator)) return;
  const ask = () => {
    if (document.visibilityState === "visible") navigator.wakeLock.request("screen").catch(() => undefined);
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}

/** The bar at the bottom follows the ticket in view; the links under each ticket are for who has no scripts. */
function turn(): void {
  const bar = document.querySelector<HTMLElement>("[data-ticket-bar]");
  const tickets = [...document.querySelectorAll<HTMLElement>(".roll__one")];
  if (!bar || tickets.length < 2) return;
  bar.hidden = false;
  for (const links of document.querySelectorAll<HTMLElement>("[data-ticket-links]")) links.hidden = true;
  const place = bar.querySelector<HTMLElement>("[data-place]");
  const show = (now: number) => {
    if (place) place.textContent = String(now + 1);
    for (const link of bar.querySelectorAll<HTMLAnchorElement>("[data-go]")) {
      const other = tickets[now + Number(link.dataset.go)];
      if (other) link.href = `#${other.id}`;
      else link.removeAttribute("href");
      link.toggleAttribute("aria-disabled", !other);
    }
    tickets.forEach((ticket, at) => ticket.toggleAttribute("inert", at !== now));
  };
  const watch = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) if (entry.isIntersecting) show(tickets.indexOf(entry.target as HTMLElement));
    },
    { root: document.querySelector(".roll"), threshold: 0.6 },
  );
  for (const ticket of tickets) watch.observe(ticket);
  bar.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    const other = link && document.querySelector(link.getAttribute("href") ?? "");
    if (!other) return;
    event.preventDefault();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    other.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "nearest", inline: "start" });
  });
}
