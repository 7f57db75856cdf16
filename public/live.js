/* One order's WebSocket: reads frames, notices silence, comes back after exponential back-off with jitter. */
import { call } from "./api.js";

const BACKOFF_MAX_MS = 30_000;
const PING_EVERY_MS = 20_000;
const FINAL = { 401: "signed_out", 403: "forbidden", 404: "not_found" };

/** Calls onFrame(frame) and onState(state, { untilMs } or { message }). Returns { stop, reconnect }. */
export function watch(path, onFrame, onState) {
  let socket, beat, tick, failures = 0;

  function open() {
    stop();
    onState("connecting");
    let isAnswered = true;
    socket = new WebSocket(new URL(`${path}/live`, location.href.replace(/^http/, "ws")));
    socket.onclose = lost;
    socket.onmessage = ({ data }) => {
      isAnswered = true;
      if (data === "pong") failures = 0; // only a connection that lasted resets the back-off
      else onFrame(JSON.parse(data));
    };
    beat = setInterval(() => {
      if (!isAnswered || socket.readyState !== WebSocket.OPEN) return lost();
      isAnswered = false;
      socket.send("ping");
    }, PING_EVERY_MS);
  }

  function stop() {
    [beat, tick].forEach(clearInterval);
    if (socket) socket.onmessage = socket.onclose = null; // a dead line may take a minute to say that it closed
    socket = socket?.close();
  }

  async function lost() {
    stop();
    const untilMs = Date.now() + Math.min(BACKOFF_MAX_MS, 1000 * 2 ** failures++) * (0.5 + Math.random() / 2);
    const count = () => Date.now() < untilMs ? onState("reconnecting", { untilMs }) : open();
    const mine = tick = setInterval(count, 500);
    count();
    // A browser does not tell why an upgrade was refused, so the status route is asked: it has the same rules.
    const problem = await call("GET", `${path}/status`).then(() => null, (trouble) => trouble);
    if (mine === tick && FINAL[problem?.status]) onState(FINAL[problem.status], problem);
  }

  open();
  return { stop, reconnect: () => socket ?? open() };
}
