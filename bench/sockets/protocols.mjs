// What is said on a socket of each side, so that one client watches all of them at the same cost.
//
// A text that was read is one of: { greets, place }, { message, place }, { acknowledges }, or of no
// interest; `reply` is to be sent at once. A place is where a watcher who comes back goes on.

// Ours, which the JavaScript Durable Object speaks, too.
const darkroom = {
  address: (base, room, place) =>
    `${base}/ws/${room}${place === null ? "" : `?since=${place.cursor}`}`,
  subprotocols: (token) => ["darkroom.v1", `bearer.${token}`],
  publish: (id, data) => JSON.stringify({ type: "publish", id: `${id}`, data }),
  read(text) {
    if (text.startsWith('{"type":"hello"')) return { greets: true, place: placed(text) };
    if (text.startsWith('{"type":"ack"')) return { acknowledges: JSON.parse(text).id };
    if (!text.includes('"darkroom.room.message"')) return {};
    return { message: numbers(text), place: placed(text) };
  },
};

// Socket.IO 4 over Engine.IO 4, by WebSocket alone; recovery of a connection is by pid and offset.
const socketio = {
  address: (base, room) => `${base}/socket.io/?EIO=4&transport=websocket&room=${room}`,
  subprotocols: () => [],
  publish: (id, data) => `42${id}${JSON.stringify(["publish", data])}`,
  read(text, place) {
    if (text.startsWith("42")) {
      const offset = text.slice(text.lastIndexOf(",") + 2, -2);
      return { message: numbers(text), place: { pid: place?.pid, offset } };
    }
    if (text.startsWith("43")) return { acknowledges: text.slice(2, text.indexOf("[")) };
    if (text.startsWith("40")) {
      return { greets: true, place: { pid: JSON.parse(text.slice(2)).pid, offset: place?.offset } };
    }
    if (text.startsWith("0")) {
      const isNew = place?.offset === undefined;
      return { reply: isNew ? "40" : `40${JSON.stringify(place)}` };
    }
    return text === "2" ? { reply: "3" } : {};
  },
};

export const protocols = { darkroom, socketio };

// The cursor is the first member of `hello` after its type, and one of the last of an event.
function placed(text) {
  const at = text.indexOf('"cursor":"') + 10;
  return { cursor: text.slice(at, text.indexOf('"', at)) };
}

function numbers(text) {
  return { number: numberAfter(text, '"number":'), atMs: numberAfter(text, '"at_ms":') };
}

function numberAfter(text, name) {
  return Number.parseFloat(text.slice(text.indexOf(name) + name.length));
}
