/** Native dialogs: a button or link with data-dialog="id" opens it; without scripts its address is a page of its own. */
export function bindDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog ?? "");
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    target.closest("[data-close]")?.closest("dialog")?.close();
    if (target instanceof HTMLDialogElement) target.close(); // outside the box is the dialog itself
  });
}
