/** A quantity: the buttons beside the number field, within its own bounds. Without scripts the number is typed. */
export function bindSteppers(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>(".stepper button[data-step]");
    if (!button) return;
    const input = button.parentElement?.querySelector("input");
    if (!input) return;
    if (button.dataset.step === "up") input.stepUp();
    else input.stepDown();
    settle(input);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("input", (event) => {
    const input = event.target as HTMLInputElement;
    if (input.matches?.(".stepper input")) settle(input);
  });
  // Before htmx asks what it costs: a number that cannot be had becomes the nearest one that can.
  document.addEventListener("change", (event) => {
    const input = event.target as HTMLInputElement;
    if (input.matches?.(".stepper input")) keepWithin(input);
  }, true);
  for (const input of document.querySelectorAll<HTMLInputElement>(".stepper input")) settle(input);
  document.addEventListener("htmx:load", (event) => {
    for (const input of (event.target as Element).querySelectorAll<HTMLInputElement>(".stepper input")) settle(input);
  });
}

function keepWithin(input: HTMLInputElement): void {
  if (input.max !== "" && input.valueAsNumber > Number(input.max)) input.value = input.max;
  if (input.min !== "" && !(input.valueAsNumber >= Number(input.min))) input.value = input.min;
  settle(input);
}

function settle(input: HTMLInputElement): void {
  const [down, up] = ["down", "up"].map((way) => input.parentElement?.querySelector<HTMLButtonElement>(`[data-step=${way}]`));
  const value = input.valueAsNumber || 0;
  if (down) down.disabled = input.disabled || (input.min !== "" && value <= Number(input.min));
  if (up) up.disabled = input.disabled || (input.max !== "" && value >= Number(input.max));
}
