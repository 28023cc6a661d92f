/** The gate: one result fills the screen; it checks with signal and without, and sends later what it decided alone. */
import { keepForLater } from "../offline/keep";
import "../styles/pages/gate.css";
import { type Camera, open } from "./camera";
import { judge } from "./judge";
import { type DayList, keepList, listOf, sent, waiting } from "./store";

interface Sign {
  tone: string;
  icon: string;
  word: string;
  reason: string;
}
interface Result extends Sign {
  who: string;
  count?: string;
}

const screen = document.querySelector<HTMLElement>("[data-gate]");
if (screen) start(screen);

function start(root: HTMLElement): void {
  const gate = Number(root.dataset.gate);
  const words = JSON.parse(root.dataset.words ?? "{}") as Record<string, string> & { signs: Record<string, Sign> };
  const part = <T extends HTMLElement>(name: string) => root.querySelector<T>(`[data-${name}]`);
  const say = part("say");
  const form = part<HTMLFormElement>("form");
  const scanButton = part<HTMLButtonElement>("scan");
  const torchButton = part<HTMLButtonElement>("torch");
  if (!say || !form || !scanButton || !torchButton) return;
  const aiming = say.innerHTML.includes("data-aim") ? say.innerHTML : "";
  let camera: Camera | null = null;
  let isBusy = false;
  let lastSeen = { text: "", at: 0 };

  const token = () => form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  const post = (url: string, body: BodyInit, type?: string) =>
    fetch(url, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": token(), ...(type ? { "Content-Type": type } : {}) },
      signal: AbortSignal.timeout(4000),
    });

  async function check(text: string): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    try {
      show(await judged(text));
    } finally {
      isBusy = false;
    }
    void tell();
  }

  /** Ask the house; without an answer, judge by the list on the phone. */
  async function judged(text: string): Promise<Result> {
    // One nonce for both ways: an answer that was lost on the way is not counted twice when the scan is sent again.
    const nonce = crypto.randomUUID();
    const data = new URLSearchParams({ code: text, nonce });
    try {
      const answer = await post(root.dataset.check ?? "", data);
      if (answer.redirected || !answer.headers.get("Content-Type")?.includes("json")) throw new Error("no answer");
      return (await answer.json()) as Result;
    } catch {
      const list = await listOf(gate);
      if (!list) return { tone: "warn", icon: "triangle-alert", word: words.offline ?? "", reason: words.no_list ?? "", who: "" };
      const { verdict, ticket } = await judge({ scanned: text, nonce, at: Date.now() / 1000 }, list);
      const sign = words.signs[verdict] ?? words.signs.UNKNOWN;
      const who = [ticket?.variant, ticket?.first_name].filter(Boolean).join(", ");
      return { ...(sign as Sign), who, count: countOf(list) };
    }
  }

  function countOf(list: DayList): string {
    const live = list.tickets.filter((one) => one.status === "VALID" || one.status === "USED");
    const admitted = live.reduce((sum, one) => sum + Math.min(one.admitted, one.admits), 0);
    return `${words.in_today} ${admitted}, ${words.expected} ${Math.max(live.length - admitted, 0)}`;
  }

  function show(result: Result): void {
    root.classList.remove("gate--ok", "gate--warn", "gate--stop");
    root.classList.add(`gate--${result.tone}`);
    camera?.stop();
    camera = null;
    torchButton!.hidden = true;
    const icon = root.querySelector(`[data-icon="${result.icon}"] svg`)?.cloneNode(true);
    const word = Object.assign(document.createElement("h2"), { textContent: result.word });
    const reason = document.createElement("p");
    reason.append(result.reason);
    if (result.who) reason.append(document.createElement("br"), result.who);
    say!.replaceChildren(...(icon ? [icon] : []), word, reason);
    const count = part("count");
    if (count && result.count) count.textContent = result.count;
    navigator.vibrate?.(result.tone === "ok" ? 80 : [80, 60, 80]);
    sound(result.tone);
    form!.reset();
    // Back to aiming by itself, where the camera was in use.
    if (scanButton!.dataset.on) setTimeout(() => void aim(), result.tone === "ok" ? 1500 : 4000);
  }

  async function aim(): Promise<void> {
    root.classList.remove("gate--ok", "gate--warn", "gate--stop");
    say!.innerHTML = aiming;
    const frame = say!.querySelector<HTMLElement>("[data-aim]");
    const video = say!.querySelector<HTMLVideoElement>("[data-camera]");
    const hint = say!.querySelector<HTMLElement>("[data-hint]");
    if (!frame || !video) return void location.reload();
    frame.hidden = false;
    if (hint) hint.hidden = true;
    try {
      camera = await open(video, seen);
      scanButton!.dataset.on = "1";
      torchButton!.hidden = !camera.torch;
    } catch {
      delete scanButton!.dataset.on;
      frame.hidden = true;
      if (hint) Object.assign(hint, { hidden: false, textContent: words.no_camera ?? "" });
    }
  }

  function seen(text: string): void {
    const now = Date.now();
    if (text === lastSeen.text && now - lastSeen.at < 3000) return;
    lastSeen = { text, at: now };
    void check(text);
  }

  /** Fetch the day's list, send what waits, and say how things stand. */
  async function tell(): Promise<void> {
    let isOnline = false;
    try {
      const scans = await waiting(gate);
      if (scans.length) {
        const answer = await post(root.dataset.upload ?? "", JSON.stringify({ scans: scans.slice(0, 200) }), "application/json");
        if (answer.ok) await sent(Object.keys(((await answer.json()) as { recorded: Record<string, string> }).recorded));
      }
      const answer = await fetch(root.dataset.list ?? "", { signal: AbortSignal.timeout(8000) });
      if (answer.ok && !answer.redirected) {
        await keepList((await answer.json()) as DayList);
        isOnline = true;
      }
    } catch {
      // Without signal: the list on the phone stays as it is.
    }
    const left = (await waiting(gate)).length;
    const state = part("state");
    if (!state) return;
    state.hidden = false;
    state.textContent = (isOnline ? words.online : words.offline) + (left ? `, ${left} ${words.waiting}` : "");
    state.dataset.online = String(isOnline);
  }

  scanButton.hidden = !navigator.mediaDevices;
  scanButton.addEventListener("click", () => void aim());
  torchButton.addEventListener("click", () => void camera?.torch?.());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = new FormData(form).get("code");
    if (typeof text === "string" && text.trim()) void check(text.trim());
  });
  addEventListener("online", () => void tell());
  setInterval(() => void tell(), 30_000);
  void tell();
  void keepForLater(root.dataset.worker ?? "", () => root.setAttribute("data-kept", ""));
}

/** One short tone: high for welcome, low for anything else. */
function sound(tone: string): void {
  try {
    const audio = new AudioContext();
    const note = audio.createOscillator();
    note.frequency.value = tone === "ok" ? 880 : 220;
    note.connect(audio.destination);
    note.start();
    note.stop(audio.currentTime + 0.18);
    note.onended = () => void audio.close();
  } catch {
    // A silent phone still shows the colour and the word.
  }
}
