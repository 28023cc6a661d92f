/** Judging a scan without signal, by the list of the day and what this phone has already admitted. */
import { type DayList, type DayTicket, keepList, queue, type Scan } from "./store";
import { isToken, read } from "./token";

export interface Judgement {
  verdict: string;
  ticket?: DayTicket;
}

const LOOKALIKES: Record<string, string> = { I: "1", L: "1", O: "0", U: "V" };

/** A typed code as it was meant; the same rule as foundation/codes.py. */
export function tidy(code: string): string {
  return [...code.toUpperCase()].map((letter) => LOOKALIKES[letter] ?? letter).filter((letter) => /[0-9A-HJKMNP-TV-Z]/.test(letter)).join("");
}

export interface Attempt {
  scanned: string;
  /** Names the scan for good: sent twice, it counts once. */
  nonce: string;
  /** Seconds since 1970. */
  at: number;
}

/** Say whether a ticket may pass, and keep what was said to be sent; who passes is counted here. */
export async function judge(attempt: Attempt, list: DayList): Promise<Judgement> {
  const judgement = await judged(attempt, list);
  if (judgement.verdict !== "ADMITTED") await queue({ ...attempt, gate: list.gate_id, refused: judgement.verdict });
  return judgement;
}

async function judged(attempt: Attempt, list: DayList): Promise<Judgement> {
  const { scanned, at } = attempt;
  const payload = isToken(scanned) ? await read(scanned, list.public_keys) : null;
  if (isToken(scanned) && !payload) return { verdict: "UNKNOWN" };
  const code = payload?.code ?? tidy(scanned);
  const ticket = list.tickets.find((one) => one.code === code);
  if (!ticket) {
    if (payload && !list.listing_ids.includes(payload.listing)) return { verdict: "WRONG_GATE" };
    // Signed by the house, for this gate, but not on the list: bought after the list was made.
    const isNow = payload && at >= payload.startsAt - 12 * 3600 && at < payload.endsAt;
    return isNow ? admitted(attempt, list, unlisted(code)) : { verdict: payload ? "WRONG_DAY" : "UNKNOWN" };
  }
  if (ticket.status === "VOID" || ticket.status === "PROVISIONAL") return { verdict: ticket.status, ticket };
  if (ticket.admitted >= ticket.admits) return { verdict: "ALREADY_USED", ticket };
  if (at >= ticket.ends_at) return { verdict: "WRONG_SLOT", ticket };
  return admitted(attempt, list, ticket);
}

async function admitted(attempt: Attempt, list: DayList, ticket: DayTicket): Promise<Judgement> {
  const scan: Scan = { ...attempt, gate: list.gate_id };
  await queue(scan);
  ticket.admitted += 1;
  if (!list.tickets.includes(ticket)) list.tickets.push(ticket);
  await keepList(list);
  return { verdict: "ADMITTED", ticket };
}

/** A ticket the list did not know, noted so that it passes once. */
function unlisted(code: string): DayTicket {
  return { id: 0, code, status: "USED", title: "", variant: "", first_name: "", starts_at: 0, ends_at: 0, admits: 1, admitted: 0 };
}
