/** A toast goes when its button is pressed; only the newest three stay. */
export function bindToasts(): void {
  document.addEventListener("click", (event) => {
    (event.target as Element).closest("[data-dismiss]")?.closest(".toast")?.remove();
  });
  document.addEventListener("htmx:oobAfterSwap", () => {
    const toasts = [...document.querySelectorAll("#toasts .toast")];
    for (const old of toasts.slice(0, -3)) old.remove();
  });
}
