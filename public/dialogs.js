/* Rename and delete: one dialog at a time, and what a refusal means in plain words with when to retry. */
import { byId, call, clock, duration, fill, words } from "./api.js";
import { held } from "./tiles.js";

let dialog, file, retryAtMs, isRefusedForLock;

export function openDialog(id, chosen) {
  [dialog, file] = [byId(id), chosen];
  dialog.onclose = () => { if (!held.has(file.id)) byId("order-title").focus(); };
  fill(dialog, { ".subject": file.name });
  explain("");
  dialog.showModal();
  byId("new-name").value = file.name;
  byId("new-name").setSelectionRange(0, file.name.replace(/\.[^.]*$/, "").length);
}

/** The order changed: an open dialog says when its file is free again or gone. */
export function refreshDialog() {
  const isGone = dialog?.open && !held.has(file.id);
  if (isGone || (isRefusedForLock && !held.get(file.id)?.locked)) explain(words(isGone ? "gone" : "free"));
}

/** Returns what was done, in words, or refused after the dialog was left. Only what is live changes a tile. */
export async function send() {
  const { id } = dialog, name = byId("new-name").value, path = `/api/files/${file.id}`;
  explain("");
  try {
    await (id === "rename" ? call("PATCH", path, { name }) : call("DELETE", path));
    dialog.close();
    return words(`${id}_done`, { from: file.name, name });
  } catch ({ facts, message, retryAfterMs }) {
    const [since, until] = [facts.locked_since, facts.locked_until].map(clock);
    const why = words(facts.code, { ...facts, since, until, name, verb: words(`${id}_verb`) }) || message;
    if (!dialog.open) return why;
    explain(why, retryAfterMs && Date.now() + retryAfterMs, facts.code === "file_locked");
  }
}

function explain(text, atMs = 0, isLock = false) {
  [retryAtMs, isRefusedForLock] = [atMs, isLock];
  fill(dialog, { ".notice": text });
  countDown();
}

function countDown() {
  const wait = duration(retryAtMs - Date.now());
  if (dialog) fill(dialog, { ".countdown": retryAtMs ? words(wait ? "wait" : "now", { wait }) : "" });
}

setInterval(countDown, 500);
