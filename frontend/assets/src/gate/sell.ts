/** Cash at the gate: adds up while somebody chooses, sells without signal, and sends later what it sold alone. */
import { keepForLater } from "../offline/keep";
import "../styles/pages/till.css";
import { queueSale, type Sale, soldFor, waitingSales } from "./store";

interface Slot {
  id: number;
  /** Seconds since 1970. */
  until: number;
  left: number;
}

const WIB = 7 * 3600_000;
const page = document.querySelector<HTMLElement>("[data-cash]");
if (page) start(page);

function start(root: HTMLElement): void {
  const gate = Number(root.dataset.cash);
  const words = JSON.parse(root.dataset.words ?? "{}") as Record<string, string>;
  const part = <T extends HTMLElement>(name: string) => root.querySelector<T>(`[data-${name}]`);
  const form = part<HTMLFormElement>("sell");
  const token = () => root.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  const post = (url: string, body: BodyInit, type?: string) =>
    fetch(url, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": token(), ...(type ? { "Content-Type": type } : {}) },
      signal: AbortSignal.timeout(6000),
    });

  /** Say how things stand, and send what waits. */
  async function tell(): Promise<void> {
    let isOnline = navigator.onLine;
    const before = await waitingSales(gate);
    if (before.length) {
      try {
        const sales = before.sort((one, other) => one.at - other.at).slice(0, 100);
        const answer = await post(root.dataset.upload ?? "", JSON.stringify({ sales }), "application/json");
        isOnline = true;
        if (answer.ok && !answer.redirected) {
          await soldFor(Object.keys(((await answer.json()) as { recorded: Record<string, string> }).recorded));
          // The house's own figures have changed; nothing is typed yet on this page.
          if (!form && !(await waitingSales(gate)).length) return location.reload();
        } else fail(((await answer.json().catch(() => ({}))) as { error?: string }).error ?? "");
      } catch {
        isOnline = false;
      }
    }
    const left = await waitingSales(gate);
    const queue = part("queue");
    if (queue) queue.hidden = !left.length;
    part("queued")?.replaceChildren(
      ...left.map((sale) => {
        const row = document.createElement("li");
        const text = document.createElement("span");
        text.textContent = `${clock(sale.at)}, ${sale.words}`;
        const sum = Object.assign(document.createElement("span"), { className: "num", textContent: rupiah(worth(sale.pieces)) });
        row.append(text, sum);
        return row;
      }),
    );
    const state = part("state");
    if (!state) return;
    state.hidden = false;
    state.className = `badge badge--${isOnline ? "ok" : "warn"}`;
    state.textContent = ((isOnline ? words.online : words.offline) ?? "") + (left.length ? `, ${left.length} ${words.waiting}` : "");
  }

  function fail(sentence: string): void {
    const box = part("error");
    if (!box) return;
    box.hidden = !sentence;
    const text = box.querySelector("p");
    if (text) text.textContent = sentence;
    if (sentence) box.scrollIntoView({ block: "center" });
  }

  if (form) selling(form);
  addEventListener("online", () => void tell());
  addEventListener("offline", () => void tell());
  setInterval(() => void tell(), 20_000);
  void tell();
  void keepForLater(root.dataset.worker ?? "", () => root.setAttribute("data-kept", ""));

  function selling(form: HTMLFormElement): void {
    const field = (name: string) => form.querySelector<HTMLInputElement>(`[name="${name}"]`);
    const given = field("diterima");
    const pieces = (): Sale["pieces"] =>
      [...form.querySelectorAll<HTMLInputElement>("[name^=jumlah-]")]
        .map((input): Sale["pieces"][number] => {
          const variant = input.name.slice("jumlah-".length);
          return [Number(variant), input.valueAsNumber || 0, Number(field(`harga-${variant}`)?.value)];
        })
        .filter(([, quantity]) => quantity > 0);
    const received = () => given?.value.replace(/\D/g, "") ?? "";

    function add(): void {
      const total = worth(pieces());
      const sum = part("total");
      const change = part("change");
      if (sum) sum.textContent = rupiah(total);
      if (!change) return;
      if (!received()) change.textContent = words.to_pay ?? "";
      else change.textContent = Number(received()) < total ? (words.short ?? "") : `${words.change} ${rupiah(Number(received()) - total)}`;
    }

    /** Without an answer of the house: why not, or nothing once it is sold and waits. */
    async function alone(nonce: string): Promise<string> {
      const slot = (JSON.parse(form.dataset.slots ?? "[]") as Slot[]).find((one) => String(one.id) === new FormData(form).get("jam"));
      const chosen = pieces();
      const total = worth(chosen);
      const cash = received() ? Number(received()) : total;
      const at = Math.floor(Date.now() / 1000);
      if (!chosen.length) return words.none ?? "";
      if (new Date(Date.now() + WIB).toISOString().slice(0, 10) !== root.dataset.day) return words.old_list ?? "";
      if (!slot || at >= slot.until) return words.over ?? "";
      if (cash < total) return words.short ?? "";
      const queued = (await waitingSales(gate)).filter((sale) => sale.slot === slot.id);
      if (count(chosen) + queued.reduce((sum, sale) => sum + count(sale.pieces), 0) > slot.left) return words.left ?? "";
      const names = chosen.map(([variant, quantity]) => {
        const name = field(`jumlah-${variant}`)?.closest(".qty")?.querySelector("b")?.textContent ?? "";
        return `${quantity} ${name}`;
      });
      await queueSale({ nonce, gate, slot: slot.id, pieces: chosen, received: cash, at, words: names.join(", ") });
      const done = part("done");
      const title = done?.querySelector("strong");
      const text = done?.querySelector("p");
      if (done && title && text) {
        done.hidden = false;
        const change = cash > total ? `. ${words.change} ${rupiah(cash - total)}` : "";
        title.textContent = `${words.sold}: ${names.join(", ")}, ${rupiah(total)}${change}`;
        text.textContent = words.let_in ?? "";
        done.focus();
        done.scrollIntoView({ block: "center" });
      }
      return "";
    }

    let isBusy = false;
    async function sell(submitter: HTMLElement | null): Promise<void> {
      if (isBusy) return;
      isBusy = true;
      fail("");
      part("done")?.setAttribute("hidden", "");
      // One nonce for both ways: an answer that was lost on the way is not sold twice when the sale is sent again.
      const nonce = crypto.randomUUID();
      const data = new FormData(form, submitter);
      data.set("kunci", nonce);
      try {
        const answer = await post(form.action, data);
        if (answer.redirected || !answer.headers.get("Content-Type")?.includes("json")) throw new Error("no answer");
        const said = (await answer.json()) as { url?: string; error?: string };
        if (said.url) return location.assign(said.url);
        fail(said.error ?? "");
      } catch {
        const why = await alone(nonce);
        if (why) fail(why);
        else {
          form.reset();
          for (const input of form.querySelectorAll<HTMLInputElement>("[name^=jumlah-]")) {
            input.value = "0";
            input.dispatchEvent(new Event("input", { bubbles: true }));
          }
          if (given) given.value = "";
          add();
        }
        void tell();
      } finally {
        isBusy = false;
      }
    }

    const notes = part("give");
    if (notes) notes.hidden = false;
    notes?.addEventListener("click", (event) => {
      const amount = (event.target as Element).closest<HTMLElement>("[data-amount]")?.dataset.amount;
      if (!amount || !given) return;
      given.value = String(Number(received()) + Number(amount));
      add();
    });
    form.addEventListener("input", add);
    form.addEventListener("change", add);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void sell(event.submitter);
    });
    add();
  }
}

function worth(pieces: Sale["pieces"]): number {
  return pieces.reduce((sum, [, quantity, price]) => sum + quantity * price, 0);
}

function count(pieces: Sale["pieces"]): number {
  return pieces.reduce((sum, [, quantity]) => sum + quantity, 0);
}

function rupiah(amount: number): string {
  return `Rp${String(amount).replace(/\B(?=(\d{3})+$)/g, ".")}`;
}

/** "09.30", as clocks in western Indonesia show it. */
function clock(seconds: number): string {
  return new Date(seconds * 1000 + WIB).toISOString().slice(11, 16).replace(":", ".");
}
