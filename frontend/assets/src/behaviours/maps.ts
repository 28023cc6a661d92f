/** A map is fetched when somebody asks for it, never before. */
export function bindMaps(): void {
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-map-show]");
    const place = button?.closest<HTMLElement>("[data-map]");
    if (!button || !place) return;
    event.preventDefault();
    button.setAttribute("aria-busy", "true");
    const { drawMap } = await import("../map");
    await drawMap(place);
  });
}
