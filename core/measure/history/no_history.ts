// History that keeps nothing and knows nothing: for a router that runs without one, such as on virtual time.

import type { History } from "./model.ts";

const nothing = { rows: [], next: null };

export const noHistory: History = {
  event: () => {},
  call: () => {},
  race: () => {},
  state: () => ({ file: null, problem: null, bytes: 0, dropped: 0 }),
  cells: ({ from, to, stepMs }) => Promise.resolve({ stepMs: stepMs ?? to - from, groups: [] }),
  events: () => Promise.resolve(nothing),
  calls: () => Promise.resolve(nothing),
  findCall: () => Promise.resolve(null),
  races: () => Promise.resolve(nothing),
  addDeadLetter: () => Promise.resolve(0),
  deadLetters: () => Promise.resolve(nothing),
  deadLetter: () => Promise.resolve(null),
  updateDeadLetter: () => Promise.resolve(false),
  removeDeadLetter: () => Promise.resolve(false),
};
