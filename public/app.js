/* The page: who is signed in, which order is shown, and what the order's frames do to it. */
import { byId, call, duration, fill, words } from "./api.js";
import { openDialog, refreshDialog, send } from "./dialogs.js";
import { watch } from "./live.js";
import { arrange, held, isActive, remove, replaceAll, update } from "./tiles.js";

const SUBMIT_MAX = 500; // files in one submit-edits
const SUMMARY_EVERY_MS = 5_000; // a screen reader hears of the order at most this often
const orderId = new URLSearchParams(location.search).get("order") ?? "";
const orderPath = `/api/orders/${encodeURIComponent(orderId)}`;
let live, session, status;

/** `/?order=ID#token=JWT`: the token leaves the address bar before anything else happens. */
async function start() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  const answer = token ? call("POST", "/api/session", { token }) : call("GET", "/api/session");
  const problem = await answer.then((signedIn) => void (session = signedIn), (trouble) => trouble);
  if (problem && token) become("signed_out", problem);
  else if (problem?.status === 401) become("signed_out");
  else if (orderId) live = watch(orderId, read, become); // also without any answer: the socket goes on trying
  else become("idle");
}

/** Moves the page to a state; the style sheet shows the order or the entrance by it. */
function become(state, { untilMs, message } = {}) {
  if (state === "signed_out") session = null;
  document.body.dataset.state = state;
  fill(document, { "#state": words(state), "#wait": untilMs && duration(untilMs - Date.now()) });
  fill(document, { "#who": session && words("who", session) });
  if (["connecting", "live", "reconnecting"].includes(state)) return;
  live?.stop();
  replaceAll([]);
  document.querySelector("dialog[open]")?.close();
  document.title = "Darkroom";
  byId("order-id").value = orderId;
  byId("token").required = !session;
  fill(document, { "#entrance-title": words(session ? "open" : "sign_in"), "#entrance-error": message });
  byId("entrance-title").focus();
}

function read({ type, files, data, status: whole }) {
  if (files) replaceAll(files);
  else if (type === "darkroom.file.deleted") remove(data.file);
  else if (data?.file) update(data.file);
  else if (data?.file_ids) arrange(data.file_ids);
  status = data?.status ?? (files ? whole : status); // where we go on, the events that follow lead to `whole`
  showOrder();
  refreshDialog();
}

function showOrder() {
  const facts = { orderId, ...status, ...status.counts, revision_required: status.revision_required || "" };
  const [files, verb] = submittable();
  for (const part of byId("progress").children) part.style.flexGrow = facts[part.dataset.state];
  for (const item of byId("counts").children) fill(item, { b: `${facts[item.dataset.state]}` });
  fill(document, { "#order-name": orderId, "#submit": words(verb, { count: files.length }) });
  document.title = words("title", facts);
  byId("submit").ariaDisabled = `${!files.length}`;
}

/** Files that no job is busy with: those that want an edit, or when there are none the done ones once more. */
function submittable() {
  const idle = [...held.values()].filter((file) => !isActive(file));
  const unedited = idle.filter((file) => file.status !== "done");
  return unedited.length ? [unedited, "submit_edits"] : [idle, idle.length ? "edit_again" : "all_active"];
}

async function submit(button) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  const file_ids = submittable()[0].slice(0, SUBMIT_MAX).map((file) => file.id);
  await call("POST", `${orderPath}/submit-edits`, { file_ids }).then(tellSubmitted, tellProblem);
  showOrder();
}

function tellSubmitted({ created, skipped }) {
  const reasons = [...new Set(skipped.map((skip) => skip.detail))].slice(0, 3).join("; ");
  tell(words(reasons ? "submitted_but" : "submitted", { created: created.length, skipped: skipped.length, reasons }));
}

const tell = (text) => fill(document, { "#outcome": text });
const tellProblem = (problem) => tell(problem.message);
const CLICKS = {
  submit,
  retry: () => live.reconnect(),
  "sign-out": () => call("DELETE", "/api/session").then(() => become("signed_out"), tellProblem),
  open: (button) => openDialog(button.dataset.opens, held.get(button.closest("li").id)),
  close: (button) => button.closest("dialog").close(),
};
document.addEventListener("click", ({ target }) => CLICKS[target.dataset.does]?.(target));
document.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (event.target.id !== "entrance-form") return tell(await send());
  const refuse = (problem) => fill(document, { "#entrance-error": problem.message });
  session ??= await call("POST", "/api/session", { token: byId("token").value }).catch(refuse);
  if (session) location.assign(`/?order=${byId("order-id").value}`);
});
addEventListener("hashchange", () => location.reload()); // another sign-in link
setInterval(() => {
  const order = byId("order").checkVisibility() && words("summary", { total: status.total, ...status.counts });
  fill(document, { "#summary": `${words(document.body.dataset.state)}. ${order || ""}` });
}, SUMMARY_EVERY_MS);
start();
