/* The three ways in which frames come, each for one connection: a WebSocket, server-sent events, long polls. */

const PROTOCOL = "darkroom.v1";
const PING_EVERY_MS = 20_000;
const ANSWER_MS_MAX = 5_000; // to a ping, when the network is said to have changed
const SILENCE_MS_MAX = 40_000; // of a stream, in which a comment comes every 15 s
const POLL_WAIT_S = 25, POLLS_MAX = 12; // then it may be time for a better way
const GOING_AWAY = 1001;
export const LINE_LOST = 1006, EXPIRED = 4401;
export const TRANSPORTS = { websocket: bySocket, stream: byStream, poll: byPoll };

/** One connection: it ends once, by whoever says so first. */
export class Line {
  #paths; #base; #cursor; #end; #abort = new AbortController();

  constructor(paths, base, cursor, take) {
    [this.#paths, this.#base, this.#cursor] = [paths, base, cursor];
    this.take = (frame) => { if (!this.signal.aborted) take(frame); };
    this.signal = this.#abort.signal;
    this.ended = new Promise((resolve) => { this.#end = resolve; });
    this.probe = () => this.end({ code: LINE_LOST }); // with HTTP, asking anew is the way to find out
    this.send = () => {}; // nor can one be told anything by it
  }

  get cursor() { return this.#cursor(); }

  url(kind, query = {}) {
    const url = new URL(this.#paths[kind], this.#base);
    if (kind === "socket") url.protocol = url.protocol.replace("http", "ws");
    if (this.cursor) url.searchParams.set("since", this.cursor);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }

  ask(accept, url) {
    const headers = { accept, ...bearer(this.token) };
    return fetch(url, { headers, cache: "no-store", signal: this.signal });
  }

  end(ending) {
    this.#end(ending);
    this.#abort.abort();
  }
}

function bySocket(line) {
  const socket = new WebSocket(line.url("socket"), [PROTOCOL, ...(line.token ? [`bearer.${line.token}`] : [])]);
  let isAnswered = true, patience;
  const lost = () => line.end({ code: LINE_LOST });
  const ping = () => {
    if (!isAnswered) return lost();
    isAnswered = socket.readyState !== WebSocket.OPEN; // until then, the first frame has a deadline of its own
    if (!isAnswered) socket.send("ping");
  };
  const beat = setInterval(ping, PING_EVERY_MS);
  line.probe = () => {
    if (isAnswered) ping();
    clearTimeout(patience);
    patience = setTimeout(() => { if (!isAnswered) lost(); }, ANSWER_MS_MAX);
  };
  line.send = (text) => { if (socket.readyState === WebSocket.OPEN) socket.send(text); };
  socket.onmessage = ({ data }) => {
    isAnswered = true;
    if (data !== "pong") line.take(JSON.parse(data));
  };
  line.signal.addEventListener("abort", () => {
    clearInterval(beat);
    clearTimeout(patience);
    socket.onclose = socket.onmessage = null; // a dead line may take a minute to say that it closed
    socket.close();
  });
  return new Promise((resolve) => { socket.onclose = ({ code, reason }) => resolve({ code, detail: reason }); });
}

async function byStream(line) {
  const answer = await line.ask("text/event-stream", line.url("events"));
  if (!answer.ok) return problemOf(answer);
  let rest = "", watchdog;
  try {
    for await (const chunk of chunks(answer.body.pipeThrough(new TextDecoderStream()))) {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => line.end({ code: LINE_LOST }), SILENCE_MS_MAX);
      const messages = (rest + chunk).split("\n\n");
      rest = messages.pop();
      for (const message of messages) {
        const data = message.split("\n").filter((field) => field.startsWith("data:")).map((field) => field.slice(5));
        if (data.length) line.take(JSON.parse(data.join("\n")));
      }
    }
  } finally {
    clearTimeout(watchdog);
  }
  return { code: GOING_AWAY }; // five minutes are over
}

async function byPoll(line) {
  for (let polls = 0, wait = 0; polls < POLLS_MAX; polls++, wait = POLL_WAIT_S) {
    const watchdog = setTimeout(() => line.end({ code: LINE_LOST }), SILENCE_MS_MAX);
    const answer = await line.ask("application/json", line.url("events", line.cursor ? { wait } : {}));
    const page = answer.status === 200 ? await answer.json() : null;
    clearTimeout(watchdog);
    if (!page && answer.status !== 304) return problemOf(answer);
    if (page?.recovered === false) line.take(page);
    else if (!wait) line.take({ type: "hello", recovered: true, cursor: line.cursor });
    for (const event of page?.events ?? []) line.take(event);
  }
  return { code: GOING_AWAY };
}

/** A stream of a browser that cannot be iterated over, as one that can. */
async function* chunks(stream) {
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

export const bearer = (token) => token ? { authorization: `Bearer ${token}` } : {};

export async function problemOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  const retryAfterMs = 1000 * (Number(answer.headers.get("retry-after")) || 0);
  return { code: answer.status, detail: problem.detail ?? problem.title, retryAfterMs };
}
