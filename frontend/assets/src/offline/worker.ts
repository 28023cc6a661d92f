/**
 * The service worker of pages that must open without signal, tickets (scope /t/) and gates (scope /gerbang/): the newest
 * page while there is signal, the kept one without.
 * It runs as a classic script, so it imports nothing; the empty export only makes it a module for the type checker.
 */
export {};

const worker = self as unknown as ServiceWorkerGlobalScope;

const KEPT = "luring-1";
const PATIENCE = 3000;
const MOST_PAGES = 20;

worker.addEventListener("install", () => void worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("message", (event) => {
  const { page, files } = event.data as { page: string; files: string[] };
  event.waitUntil(
    keep(page, files).then(
      () => event.ports[0]?.postMessage("kept"),
      () => undefined,
    ),
  );
});

worker.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const path = new URL(event.request.url).pathname;
  if (event.request.mode === "navigate") event.respondWith(newestOrKept(event.request));
  else if (path.startsWith("/static/bundle/") || path.startsWith("/merek.")) event.respondWith(keptOrNewest(event.request));
});

/** Keep a page and its files; the oldest page of this scope beyond twenty goes. */
async function keep(page: string, files: string[]): Promise<void> {
  const cache = await caches.open(KEPT);
  const answer = await fetch(page);
  // Sent elsewhere, to sign in say: then it is not this page.
  if (!answer.ok || answer.redirected) throw new Error("not kept");
  await cache.delete(page);
  await cache.put(page, answer);
  await Promise.all(files.map(async (file) => (await cache.match(file)) ?? cache.add(file)));
  const pages = (await cache.keys()).filter((request) => request.url.startsWith(worker.registration.scope));
  for (const old of pages.slice(0, -MOST_PAGES)) await cache.delete(old);
}

/** The page as it is now; after three seconds of silence, or without signal, as it was. */
async function newestOrKept(request: Request): Promise<Response> {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request);
  const newest = fetch(request).then(async (answer) => {
    const isPage = answer.ok && !answer.redirected && answer.headers.get("Content-Type")?.startsWith("text/html");
    // A page that nobody asked to keep is not kept.
    if (kept && isPage) await cache.put(request, answer.clone());
    return answer;
  });
  if (!kept) return newest;
  const tooLong = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), PATIENCE));
  return Promise.race([newest.catch(() => kept), tooLong]);
}

/** Files whose names change with their content: as kept, else fetched once. */
async function keptOrNewest(request: Request): Promise<Response> {
  const cache = await caches.open(KEPT);
  return (await cache.match(request)) ?? fetch(request);
}
