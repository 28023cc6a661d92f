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
// A page is kept by its address alone: what its answer varies by (language, cookie) is the same person's on this phone.
const BY_ADDRESS = { ignoreVary: true };

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
  await replace(cache, page, answer);
  await Promise.all(files.map(async (file) => (await cache.match(file, BY_ADDRESS)) ?? cache.add(file)));
  const pages = (await cache.keys()).filter((request) => request.url.startsWith(worker.registration.scope));
  for (const old of pages.slice(0, -MOST_PAGES)) await cache.delete(old);
}

/** Keep this answer and no older one. */
async function replace(cache: Cache, page: RequestInfo, answer: Response): Promise<void> {
  await cache.delete(page, BY_ADDRESS);
  await cache.put(page, answer);
}

/** The page as it is now; after three seconds of silence, or without signal, as it was. */
async function newestOrKept(request: Request): Promise<Response> {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request, BY_ADDRESS);
  const newest = fetch(request).then(async (answer) => {
    const isPage = answer.ok && !answer.redirected && answer.headers.get("Content-Type")?.startsWith("text/html");
    // A page that nobody asked to keep is not kept.
    if (kept && isPage) await replace(cache, request, answer.clone());
    return answer;
  });
  if (!kept) return newest;
  const tooLong = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), PATIENCE));
  return Promise.race([newest.catch(() => kept), tooLong]);
}

/** Files whose names change with their content: as kept, else fetched once. */
async function keptOrNewest(request: Request): Promise<Response> {
  const cache = await caches.open(KEPT);
  return (await cache.match(request, BY_ADDRESS)) ?? fetch(request);
}
