/* The one way this page calls the API, and its texts: what people read is in index.html, template `words`. */
export const byId = (id) => document.getElementById(id);
export const clock = (time) => new Date(time).toLocaleTimeString("en-GB");

/** The words for a code with its {facts} filled in, or "" if there are none. */
export function words(code, facts = {}) {
  const text = byId("words").content.getElementById(code)?.textContent ?? "";
  return text.replace(/\{(\w+)\}/g, (_, key) => facts[key] ?? "");
}

/** Sets texts by selector and hides an element without text. The same text again is no news to a screen reader. */
export function fill(root, texts) {
  for (const [selector, text] of Object.entries(texts)) {
    const element = root.querySelector(selector);
    if (element.textContent !== (text || "")) element.textContent = text || "";
    element.hidden = !text;
  }
}

export function duration(ms) {
  const seconds = Math.ceil(ms / 1000);
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return seconds > 0 ? `${seconds} s` : "";
}

/** The JSON of a success; throws { message, status, facts, retryAfterMs }, `facts` being the problem+json. */
export async function call(method, path, body) {
  const init = { method, headers: body && { "content-type": "application/json" }, body: body && JSON.stringify(body) };
  const answer = await fetch(path, { ...init, signal: AbortSignal.timeout(20_000) }).catch(() => null);
  const json = await answer?.json().catch(() => null); // a 204 has no body
  if (answer?.ok && (json || answer.status === 204)) return json;
  const detail = json?.detail ?? json?.title ?? words(answer ? "unexplained" : "unreachable", answer ?? {});
  const retryAfterMs = 1000 * (answer?.headers.get("retry-after") ?? 0);
  throw Object.assign(new Error(detail), { status: answer?.status, facts: json ?? {}, retryAfterMs });
}
