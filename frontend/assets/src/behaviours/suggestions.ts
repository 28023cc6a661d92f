/** Suggestions under a search box: arrows walk through them, Escape closes them. Tab works without this. */
export function bindSuggestions(): void {
  document.addEventListener("keydown", (event) => {
    const box = (event.target as Element).closest<HTMLElement>(".find");
    const list = box?.querySelector<HTMLElement>(".find__list");
    const input = box?.querySelector<HTMLInputElement>("input[type=search]");
    if (!list || !input) return;
    const links = [...list.querySelectorAll("a")];
    if (event.key === "Escape" && links.length) {
      event.preventDefault();
      list.replaceChildren();
      input.focus();
      return;
    }
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step || !links.length) return;
    event.preventDefault();
    const here = links.indexOf(document.activeElement as HTMLAnchorElement);
    (links[here + step] ?? (step > 0 ? links[0] : input))?.focus();
  });
}
