/** data-share: the phone's own share sheet; where there is none, the link (WhatsApp) is followed as it stands. */
export function bindShare(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLElement>("[data-share]");
    if (!link || !navigator.share) return;
    event.preventDefault();
    const { shareTitle: title, share: url } = link.dataset;
    navigator.share({ title: title || document.title, url: url || location.href }).catch(() => undefined);
  });
}
