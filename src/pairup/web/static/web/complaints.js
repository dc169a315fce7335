// The page of the box: what is typed is sealed here and only then sent, without cookies and without a word of its own.
import { base64, bytesOf, makeCode, markOf, receiptOf, seal } from "./sealing.js";

const at = (id) => document.getElementById(id);
const show = (id) => { at(id).hidden = false; };
const words = (name) => document.querySelector(`[data-says="${name}"]`).textContent;

function tell(text, isWrong) {
  at("told").textContent = text;
  at("told").className = isWrong ? "told error" : "told";
  show("told");
}

// a code is made once: a complaint that is sent twice, because the line broke, is kept once
let sealed = null;

async function sealedNow(text, form) {
  if (sealed !== null && sealed.text === text) return sealed;
  const code = makeCode();
  const { receipt, answerKey } = await receiptOf(code);
  const envelope = await seal(text, answerKey, bytesOf(form.dataset.key));
  if (envelope === null) return null;
  sealed = { text, code, body: JSON.stringify({ envelope: base64(envelope), receipt, mark: form.dataset.mark }) };
  return sealed;
}

async function send(form) {
  const text = at("text").value;
  if (!text.trim()) return tell(words("empty"), true);
  tell(words("sealing"));
  const made = await sealedNow(text, form);
  if (made === null) return tell(words("too-long"), true);
  let said;
  try {
    const how = { method: "POST", body: made.body, credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" };
    said = await (await fetch(location.href, { ...how, headers: { "Content-Type": "application/json" } })).json();
  } catch {
    return tell(words("no-answer"), true);
  }
  if (said.is_refused) return tell(said.says, true);
  at("text").value = "";
  form.hidden = at("told").hidden = true;
  at("code").textContent = made.code.replace(/(\d{4})(?=\d)/g, "$1 ");
  sealed = null;
  show("done");
  at("done").focus();
}

async function start() {
  const form = at("write"), button = at("send");
  if (!window.isSecureContext || !crypto.subtle) return show("cannot");
  if (await markOf(bytesOf(form.dataset.key)) !== form.dataset.mark) return show("wrong-key");
  form.addEventListener("submit", (event) => event.preventDefault());
  button.addEventListener("click", async () => {
    button.disabled = true;
    try { await send(form); } finally { button.disabled = false; }
  });
  form.hidden = false;
}

start();
