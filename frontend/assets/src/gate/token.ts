/** Reading a ticket's QR without signal. The layout is that of marketplace/tickets/tokens.py. */

export interface Payload {
  ticket: number;
  code: string;
  listing: number;
  startsAt: number;
  endsAt: number;
}

const PREFIX = "LT1";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SIGNATURE = 64;

/** What a token says, or null if it is none or no key of ours signed it. */
export async function read(text: string, keys: Record<string, string>): Promise<Payload | null> {
  const raw = decode(text.trim().toUpperCase());
  if (!raw || raw.length !== 31 + SIGNATURE) return null;
  const body = raw.slice(0, 31);
  const view = new DataView(body.buffer);
  const key = keys[String(view.getUint8(1))];
  if (view.getUint8(0) !== 1 || !key || !(await isSigned(body, raw.slice(31), key))) return null;
  return {
    ticket: Number(view.getBigUint64(2)),
    code: new TextDecoder("ascii").decode(body.slice(10, 18)),
    listing: view.getUint32(18),
    startsAt: view.getUint32(22),
    endsAt: view.getUint32(26),
  };
}

/** Whether a text looks like a token rather than a typed code. */
export const isToken = (text: string) => text.trim().toUpperCase().startsWith(PREFIX) && text.length > 20;

async function isSigned(body: Uint8Array, signature: Uint8Array, key: string): Promise<boolean> {
  const said = new Uint8Array([...new TextEncoder().encode(PREFIX), ...body]);
  try {
    const raw = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
    const imported = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", imported, signature as BufferSource, said);
  } catch {
    // A browser without Ed25519 cannot tell: the list of the day decides alone.
    return !("subtle" in crypto) || !(await knowsEd25519());
  }
}

async function knowsEd25519(): Promise<boolean> {
  return crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]).then(
    () => true,
    () => false,
  );
}

/** RFC 4648 base32 without padding. */
function decode(text: string): Uint8Array | null {
  if (!text.startsWith(PREFIX)) return null;
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of text.slice(PREFIX.length)) {
    const five = LETTERS.indexOf(letter);
    if (five < 0) return null;
    value = ((value << 5) | five) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
    }
  }
  return new Uint8Array(bytes);
}
