/**
 * The service worker of the gate (scope /gerbang/): the newest page while there is signal, the kept one without.
 * It runs as a classic script, so it imports nothing; the empty export only makes it a module for the type checker.
 */
export {};

const worker = self as unknown as ServiceWorkerGlobalScope;
const KEPT = "gerbang-1";
const PATIENCE = 3000;

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

async function keep(page: string, files: string[]): Promise<void> {
  const cache = await caches.open(KEPT);
  const answer = await fetch(page);
  // Sent to sign in: then this is not the gate's page.
  if (!answer.ok || answer.redirected) throw new Error("not kept");
  await cache.put(page, answer);
  await Promise.all(files.map(async (file) => (await cache.match(file)) ?? cache.add(file)));
}

async function newestOrKept(request: Request): Promise<Response> {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request);
  const newest = fetch(request).then(async (answer) => {
    if (kept && answer.ok && !answer.redirected) await cache.put(request, answer.clone());
    return answer;
  });
  if (!kept) return newest;
  const tooLong = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), PATIENCE));
  return Promise.race([newest.catch(() => kept), tooLong]);
}

async function keptOrNewest(request: Request): Promise<Response> {
  const cache = await caches.open(KEPT);
  return (await cache.match(request)) ?? fetch(request);
}
