/* What becomes of the connection, in the states of this page; darkroom-live.js keeps it up. */
import { followOrder } from "./darkroom-live.js";

const TICK_MS = 500;

/** Calls onFrame(frame) and onState(state, { untilMs } or { message }). Returns { stop, reconnect }. */
export function watch(orderId, onFrame, onState) {
  const live = followOrder(orderId);
  let tick;
  live.addEventListener("state", ({ detail: { state, reason, untilMs, detail } }) => {
    clearInterval(tick);
    if (state !== "waiting") return onState(reason ?? state, { message: detail });
    const count = () => onState("reconnecting", { untilMs });
    tick = setInterval(count, TICK_MS);
    count();
  });
  for (const type of ["snapshot", "resumed", "event"]) live.addEventListener(type, ({ detail }) => onFrame(detail));
  const stop = () => {
    clearInterval(tick);
    live.close();
  };
  return { stop, reconnect: () => live.reconnect() };
}
