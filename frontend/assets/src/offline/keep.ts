/** Keep this page and all it needs on the phone, so that it opens without signal; calls back once it is kept. */
export async function keepForLater(address: string, kept: () => void): Promise<void> {
  if (!address || !("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(address);
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = kept;
    const needed = performance.getEntriesByType("resource").map((entry) => entry.name);
    const styles = [...document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")].map((link) => link.href);
    const scripts = [...document.querySelectorAll<HTMLScriptElement>("script[src]")].map((script) => script.src);
    const own = [...new Set([...needed, ...styles, ...scripts])].filter((url) => /\/(static\/bundle|merek\.)/.test(url));
    active?.postMessage({ page: location.href.split("#")[0], files: own.filter((url) => url.startsWith(location.origin)) }, [port2]);
  } catch {
    // Without a service worker the page still works as long as it stays open.
  }
}
