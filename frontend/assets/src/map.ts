/**
 * The map of one place, or of several. Data attributes say everything:
 *
 * data-map            the element; its text stays below as the map's description
 * data-points         JSON list of {lat, lon, title, url?}
 * data-boundary       address of a GeoJSON of boundaries, drawn always, so that a map without tiles is still a map
 * data-tiles          tile address of the province's provider; empty draws none
 * data-credit         who is credited for the tiles
 * data-box-url        where to search in the part of the map that is shown; data-box-words says so
 * data-zoom           zoom for a single point (default 13)
 */
import L from "leaflet";
import "./styles/map.css";

/** How wide a letter of a region's name is, in pixels. */
const LETTER = 7;

interface Point {
  lat: number;
  lon: number;
  title: string;
  url?: string;
}

export async function drawMap(place: HTMLElement): Promise<void> {
  const points = JSON.parse(place.dataset.points || "[]") as Point[];
  const canvas = document.createElement("div");
  canvas.className = "map-canvas";
  canvas.setAttribute("role", "region");
  canvas.setAttribute("aria-label", place.dataset.label || document.title);
  place.replaceChildren(canvas);
  place.classList.add("is-drawn");

  const { zoomIn: zoomInTitle, zoomOut: zoomOutTitle } = place.dataset;
  const map = L.map(canvas, { zoomControl: false, scrollWheelZoom: false, attributionControl: Boolean(place.dataset.credit), zoomAnimation: false, fadeAnimation: false });
  L.control.zoom({ zoomInTitle, zoomOutTitle }).addTo(map);
  const bounds = L.latLngBounds(points.map((point) => [point.lat, point.lon]));
  if (place.dataset.tiles) L.tileLayer(place.dataset.tiles, { attribution: place.dataset.credit, maxZoom: 18 }).addTo(map);
  const centre = bounds.isValid() ? bounds.getCenter() : L.latLng(-0.74, 100.36);
  const alone = points.length < 2;
  map.setView(centre, alone ? Number(place.dataset.zoom || (place.dataset.tiles ? 13 : 9)) : 8);

  for (const point of points) {
    const icon = L.divIcon({ className: "map-pin", iconSize: [28, 28], iconAnchor: [14, 14] });
    const marker = L.marker([point.lat, point.lon], { icon, title: point.title, alt: point.title, keyboard: Boolean(point.url) || !alone }).addTo(map);
    if (!alone || point.url) marker.bindPopup(() => words(point));
  }
  // Without tiles there is nothing to see closer than the shapes of the regions.
  const closest = place.dataset.tiles ? 15 : 9;
  if (points.length > 1) map.fitBounds(bounds.pad(0.1), { maxZoom: closest });

  if (place.dataset.boundary) {
    const answer = await fetch(place.dataset.boundary);
    if (answer.ok) {
      const areas = L.geoJSON(await answer.json(), { style: () => ({ className: "map-area" }), interactive: false }).addTo(map).bringToBack();
      if (!place.dataset.tiles) name(areas, map);
      if (!bounds.isValid()) map.fitBounds(areas.getBounds());
      if (alone && bounds.isValid()) showRegionOf(centre, areas, map, Boolean(place.dataset.tiles));
    }
  }
  if (place.dataset.boxUrl) offerBox(place, map);
  canvas.focus();
}

/** A link that searches in the part shown; it follows the map. */
function offerBox(place: HTMLElement, map: L.Map): void {
  const link = document.createElement("a");
  link.className = "btn btn--small map-box";
  link.textContent = place.dataset.boxWords || "";
  const follow = (): void => {
    const shown = map.getBounds();
    const box = [shown.getSouth(), shown.getWest(), shown.getNorth(), shown.getEast()].map((side) => side.toFixed(4)).join(",");
    const url = new URL(place.dataset.boxUrl || "", location.href);
    url.searchParams.set("box", box);
    url.searchParams.set("map", "1");
    link.href = url.pathname + url.search;
  };
  map.on("moveend", follow);
  follow();
  place.append(link);
}

/** One place is shown with its own region, the page's: as much of the shapes as says where it lies. */
function showRegionOf(point: L.LatLng, areas: L.GeoJSON, map: L.Map, hasTiles: boolean): void {
  const region = document.documentElement.dataset.region;
  areas.eachLayer((layer) => {
    const area = layer as L.Polygon;
    if (area.feature?.properties.slug !== region) return;
    area.getElement()?.classList.add("map-area--here");
    if (!hasTiles) map.fitBounds(area.getBounds().extend(point).pad(0.1), { maxZoom: 11 });
  });
}

/** Name the shapes that have room for their names; closer ones get theirs. */
function name(areas: L.GeoJSON, map: L.Map): void {
  areas.eachLayer((area) => {
    const title = (area as L.Polygon).feature?.properties.name as string | undefined;
    if (title) area.bindTooltip(title, { permanent: true, direction: "center", className: "map-name" });
  });
  const choose = (): void => {
    areas.eachLayer((area) => {
      const bounds = (area as L.Polygon).getBounds();
      const room = map.latLngToLayerPoint(bounds.getNorthEast()).x - map.latLngToLayerPoint(bounds.getSouthWest()).x;
      const title = String((area as L.Polygon).feature?.properties.name ?? "");
      if (room > title.length * LETTER) area.openTooltip();
      else area.closeTooltip();
    });
  };
  map.on("zoomend", choose);
  choose();
}

function words(point: Point): HTMLElement {
  const name = document.createElement(point.url ? "a" : "b");
  name.textContent = point.title;
  if (point.url) name.setAttribute("href", point.url);
  return name;
}
