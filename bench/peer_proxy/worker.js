// The least that stands between a client and an origin: what the edge is measured against.

export default {
  fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname === "/health") return new Response("ok");
    const target = env.ORIGIN_API_BASE + url.pathname + url.search;
    return fetch(new Request(target, request), { redirect: "manual" });
  },
};
