/** What the phone keeps for a gate: the list of the day, and scans that wait to be sent. */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";

export interface DayTicket {
  id: number;
  code: string;
  status: string;
  title: string;
  variant: string;
  first_name: string;
  starts_at: number;
  ends_at: number;
  admits: number;
  admitted: number;
}

export interface DayList {
  gate_id: number;
  gate_name: string;
  day: string;
  public_keys: Record<string, string>;
  listing_ids: number[];
  tickets: DayTicket[];
  made_at: number;
}

export interface Scan {
  nonce: string;
  gate: number;
  scanned: string;
  at: number;
  /** Why somebody was turned away; missing where somebody was let in. */
  refused?: string;
}

/** A sale without signal, as the house reads it; its price is what the page showed. */
export interface Sale {
  nonce: string;
  gate: number;
  slot: number;
  /** Category, how many, price of one. */
  pieces: [number, number, number][];
  received: number;
  at: number;
  /** What the page says of it. */
  words: string;
}

interface Shape extends DBSchema {
  sales: { key: string; value: Sale; indexes: { gate: number } };
  lists: { key: number; value: DayList };
  scans: { key: string; value: Scan; indexes: { gate: number } };
}

let opened: Promise<IDBPDatabase<Shape>> | undefined;

function database(): Promise<IDBPDatabase<Shape>> {
  opened ??= openDB<Shape>("gerbang", 2, {
    upgrade(db, before) {
      if (before < 1) {
        db.createObjectStore("lists", { keyPath: "gate_id" });
        db.createObjectStore("scans", { keyPath: "nonce" }).createIndex("gate", "gate");
      }
      db.createObjectStore("sales", { keyPath: "nonce" }).createIndex("gate", "gate");
    },
    // A newer page of the same phone may change the shape: it does not wait for this one.
    blocking: (_before, _after, event) => (event.target as IDBDatabase).close(),
  });
  return opened;
}

export const keepList = async (list: DayList) => void (await (await database()).put("lists", list));
export const listOf = async (gate: number) => (await database()).get("lists", gate);
export const queue = async (scan: Scan) => void (await (await database()).put("scans", scan));
export const waiting = async (gate: number) => (await database()).getAllFromIndex("scans", "gate", gate);

/** Forget scans that the house has recorded. */
export async function sent(nonces: string[]): Promise<void> {
  const work = (await database()).transaction("scans", "readwrite");
  await Promise.all([...nonces.map((nonce) => work.store.delete(nonce)), work.done]);
}

export const queueSale = async (sale: Sale) => void (await (await database()).put("sales", sale));
export const waitingSales = async (gate: number) => (await database()).getAllFromIndex("sales", "gate", gate);

/** Forget sales that the house has recorded, or keeps for a person to decide about. */
export async function soldFor(nonces: string[]): Promise<void> {
  const work = (await database()).transaction("sales", "readwrite");
  await Promise.all([...nonces.map((nonce) => work.store.delete(nonce)), work.done]);
}
