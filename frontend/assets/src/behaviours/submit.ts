/** A form with data-submit-on-change sends itself when a choice is made (sort, quantity); its button remains for all others. */
export function bindSubmitOnChange(): void {
  document.addEventListener("change", (event) => {
    const form = (event.target as Element).closest<HTMLFormElement>("form[data-submit-on-change]");
    if (form && (event.target as HTMLInputElement).checkValidity()) form.requestSubmit();
  });
}
