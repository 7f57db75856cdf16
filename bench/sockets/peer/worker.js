// Rooms with the product's duty, written plainly in JavaScript: what bench/live.py compares with.

import { userOf } from "./session.js";

export { RoomActor } from "./room_actor.js";

const BEARER = "bearer.";

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const [, root, room] = url.pathname.split("/");
    if (root === "health") return new Response("ok");
    if (root !== "ws") return new Response("no such path", { status: 404 });
    const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(/, */);
    const token = offered.find((name) => name.startsWith(BEARER))?.slice(BEARER.length);
    const session = await userOf(token ?? "", env.JWT_SECRET);
    if (session === null) return new Response("no session", { status: 401 });
    if (room !== `user-${session.userId}`) return new Response("another's", { status: 403 });
    const handed = new Request(request);
    handed.headers.set("x-watch", JSON.stringify({ ...session, since: url.searchParams.get("since") }));
    return env.ROOMS.getByName(room).fetch(handed);
  },
};
