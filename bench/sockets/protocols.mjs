// What is said on a socket of each side, so that one client watches all of them at the same cost.
//
// What was read is any number of: { greets, place }, { message, place }, { acknowledges }, { reply },
// which is to be sent at once. A place is where a watcher who comes back goes on.

// Ours, which the JavaScript Durable Object speaks, too, but for batches.
const darkroom = {
  address: (base, path, place) =>
    `${base}${path}?batch=1${place === null ? "" : `&since=${place.cursor}`}`,
  subprotocols: (token) => ["darkroom.v1", `bearer.${token}`],
  publish: (id, data) => JSON.stringify({ type: "publish", id: `${id}`, data }),
  read(text) {
    if (text.startsWith("[")) return JSON.parse(text).map(seen);
    if (text.startsWith('{"type":"hello"')) return [{ greets: true, place: placed(text) }];
    if (text.startsWith('{"type":"ack"')) return [{ acknowledges: JSON.parse(text).id }];
    const message = text.includes('"darkroom.room.message"') ? numbers(text) : undefined;
    return [{ message, place: placed(text) }];
  },
};

function seen(frame) {
  const place = frame.cursor && { cursor: frame.cursor };
  if (frame.type === "hello") return { greets: true, place };
  if (frame.type !== "darkroom.room.message") return { place };
  return { message: { number: frame.data.data.number, atMs: frame.data.data.at_ms }, place };
}

// Socket.IO 4 over Engine.IO 4, by WebSocket alone; recovery of a connection is by pid and offset.
const socketio = {
  address: (base, path) => `${base}/socket.io/?EIO=4&transport=websocket&room=${path}`,
  subprotocols: () => [],
  publish: (id, data) => `42${id}${JSON.stringify(["publish", data])}`,
  read(text, place) {
    if (text.startsWith("42")) {
      const offset = text.slice(text.lastIndexOf(",") + 2, -2);
      return [{ message: numbers(text), place: { pid: place?.pid, offset } }];
    }
    if (text.startsWith("43")) return [{ acknowledges: text.slice(2, text.indexOf("[")) }];
    if (text.startsWith("40")) {
      const { pid } = JSON.parse(text.slice(2));
      return [{ greets: true, place: { pid, offset: place?.offset } }];
    }
    if (text.startsWith("0")) {
      const isNew = place?.offset === undefined;
      return [{ reply: isNew ? "40" : `40${JSON.stringify(place)}` }];
    }
    return text === "2" ? [{ reply: "3" }] : [];
  },
};

export const protocols = { darkroom, socketio };

// The cursor is the first member of `hello` after its type, and one of the last of an event.
function placed(text) {
  const at = text.indexOf('"cursor":"');
  if (at < 0) return undefined; // a frame about the connection itself
  return { cursor: text.slice(at + 10, text.indexOf('"', at + 10)) };
}

function numbers(text) {
  return { number: numberAfter(text, '"number":'), atMs: numberAfter(text, '"at_ms":') };
}

function numberAfter(text, name) {
  return Number.parseFloat(text.slice(text.indexOf(name) + name.length));
}
