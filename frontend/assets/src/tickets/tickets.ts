/** Tickets on the phone: they open without signal, keep the screen awake, and turn by swipe and by button. */
import { keepForLater } from "../offline/keep";
import "./tickets.css";

const page = document.querySelector<HTMLElement>("[data-tickets]");
if (page) {
  void keepForLater(page.dataset.worker ?? "", () => {
    for (const badge of document.querySelectorAll<HTMLElement>("[data-offline]")) badge.textContent = badge.dataset.offline ?? "";
  });
  keepAwake();
  turn();
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
      link.setAttribute("aria-disabled", String(!other));
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
