/** data-copy="text": copies it and says so in the button's own words (data-copied). */
export function bindCopy(): void {
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    if (!button || !navigator.clipboard) return;
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    const word = button.querySelector<HTMLElement>("[data-word]");
    if (!word) return;
    const before = word.textContent;
    word.textContent = button.dataset.copied ?? before;
    window.setTimeout(() => (word.textContent = before), 2000);
  });
}
