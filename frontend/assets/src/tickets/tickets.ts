/** Tickets that open without signal. */
export {};
