/* The three ways in which frames come, each for one connection: a WebSocket, server-sent events, long polls. */

const PROTOCOL = "darkroom.v1";
const GOING_AWAY = 1001;
export const LINE_LOST = 1006, EXPIRED = 4401;
/** In milliseconds. They are here, and can be changed, for the tests. */
export const TIMES = {
  firstFrameMax: 10_000, // then something between us and the server swallows it
  steady: 10_000, // only a connection that lasted starts the pauses anew
  pause: 1_000, pauseMax: 30_000,
  retryAfterMax: 3_600_000, // whatever the server asks for
  betterAfter: 300_000, betterAfterMax: 3_600_000, // when the better transports are tried once more
  pingEvery: 20_000,
  answerMax: 5_000, // to a ping, when the network is said to have changed
  silenceMax: 40_000, // of a stream, in which a comment comes every 15 s, and of a poll
  pollWait: 25_000, pollMin: 1_000, pollsMax: 300_000, // then it may be time for a better way
  publishMax: 20_000,
};
export const TRANSPORTS = { websocket: bySocket, stream: byStream, poll: byPoll };

/** One connection: it ends once, by whoever says so first. */
export class Line {
  #paths; #base; #cursor; #end; #abort = new AbortController();

  constructor(paths, base, cursor, take) {
    [this.#paths, this.#base, this.#cursor] = [paths, base, cursor];
    this.take = (frame) => { if (!this.signal.aborted) take(frame); };
    this.signal = this.#abort.signal;
    this.ended = new Promise((resolve) => { this.#end = resolve; });
    this.isGreeted = false;
    this.probe = () => { if (this.isGreeted) this.end({ code: LINE_LOST }); }; // with HTTP, by asking anew
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

  /** The text of a frame, or of a list of them. After one that nobody can read, the cursor tells what is missing. */
  read(text) {
    try {
      for (const frame of [JSON.parse(text)].flat()) this.take(frame);
    } catch {
      this.end({ code: LINE_LOST, detail: "something could not be read" });
    }
  }

  end(ending) {
    this.#end(ending);
    this.#abort.abort();
    this.probe = this.send = () => {};
  }
}

function bySocket(line) {
  const socket = new WebSocket(line.url("socket", { batch: 1 }), [PROTOCOL, ...(line.token ? [`bearer.${line.token}`] : [])]);
  let isAnswered = true, patience;
  const lost = () => line.end({ code: LINE_LOST });
  const ping = () => {
    if (!isAnswered) return lost();
    isAnswered = socket.readyState === WebSocket.CONNECTING; // until then, the first frame has a deadline of its own
    if (!isAnswered) socket.send("ping"); // to one that hangs while it closes, too
  };
  const beat = setInterval(ping, TIMES.pingEvery);
  line.probe = () => {
    if (isAnswered) ping();
    clearTimeout(patience);
    patience = setTimeout(() => { if (!isAnswered) lost(); }, TIMES.answerMax);
  };
  line.send = (text) => { if (socket.readyState === WebSocket.OPEN) socket.send(text); };
  socket.onmessage = ({ data }) => {
    isAnswered = true;
    if (data !== "pong") line.read(data);
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
  let rest = "", isTold = false, watchdog;
  try {
    for await (const chunk of chunks(answer.body.pipeThrough(new TextDecoderStream()))) {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => line.end({ code: LINE_LOST }), TIMES.silenceMax);
      const messages = (rest + chunk).split("\n\n");
      rest = messages.pop();
      for (const message of messages) {
        const data = message.split("\n").filter((field) => field.startsWith("data:")).map((field) => field.slice(5));
        if (data.length) line.read(data.join("\n"));
        isTold ||= data.length > 0;
      }
    }
  } finally {
    clearTimeout(watchdog);
  }
  return { code: isTold ? GOING_AWAY : LINE_LOST }; // five minutes are over; or it was no stream of ours
}

async function byPoll(line) {
  const begunMs = Date.now();
  for (let wait = 0; Date.now() - begunMs < TIMES.pollsMax; wait = TIMES.pollWait / 1000) {
    const askedMs = Date.now(), page = await pollOnce(line, wait);
    if (page.recovered === false) line.take(page);
    else if (!wait) line.take({ type: "hello", recovered: true, cursor: line.cursor });
    for (const event of page.events) line.take(event);
    if (wait && !page.events.length && Date.now() - askedMs < TIMES.pollMin) break; // it does not wait as it should
  }
  return { code: GOING_AWAY };
}

/** With all of it there in time; what the server says is wrong is thrown. */
async function pollOnce(line, wait) {
  const watchdog = setTimeout(() => line.end({ code: LINE_LOST }), TIMES.silenceMax);
  try {
    const answer = await line.ask("application/json", line.url("events", line.cursor ? { wait } : {}));
    if (answer.status === 304) return { events: [] };
    if (!answer.ok) throw await problemOf(answer);
    return await answer.json();
  } finally {
    clearTimeout(watchdog);
  }
}

/** A stream of a browser that cannot be iterated over, as one that can. */
async function* chunks(stream) {
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

export const bearer = (token) => token ? { authorization: `Bearer ${token}` } : {};

export async function problemOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  const askedMs = 1000 * (Number(answer.headers.get("retry-after")) || 0);
  const retryAfterMs = Math.max(0, Math.min(TIMES.retryAfterMax, askedMs));
  return { code: answer.status, detail: problem?.detail ?? problem?.title, retryAfterMs };
}
