// The page of answers: the code stays here; what is sent is worked out of it, and tells nothing of it.
import { MOST_ANSWERS, bytesOf, openAnswer, readCode, receiptOf, tagOf } from "./sealing.js";

const at = (id) => document.getElementById(id);
const words = (name) => document.querySelector(`[data-says="${name}"]`).textContent;
const NUMBERS = Array.from({ length: MOST_ANSWERS }, (_, before) => before + 1);

function tell(text, isWrong) {
  at("told").textContent = text;
  at("told").className = isWrong ? "told error" : "told";
  at("told").hidden = false;
}

async function asked(receipt, answerKey) {
  const tags = await Promise.all(NUMBERS.map((number) => tagOf(answerKey, number)));
  const how = { method: "POST", credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" };
  const headers = { "Content-Type": "application/json" };
  return (await fetch(location.href, { ...how, headers, body: JSON.stringify({ receipt, tags }) })).json();
}

async function look() {
  at("answers").hidden = true;
  at("answers").querySelectorAll("p").forEach((one) => one.remove());
  const code = readCode(at("code").value);
  if (code === null) return tell(words("no-code"), true);
  tell(words("looking"));
  const { receipt, answerKey } = await receiptOf(code);
  let said;
  try {
    said = await asked(receipt, answerKey);
  } catch {
    return tell(words("no-answer"), true);
  }
  if (said.is_refused) return tell(said.says, true);
  const opened = await Promise.all(NUMBERS.map((n) => openAnswer(bytesOf(said.answers[n - 1]), answerKey, n)));
  const texts = opened.filter((text) => text !== null);
  if (!said.is_kept) tell(words("not-kept"), true);
  else tell(words(texts.length ? "kept-answered" : "kept"));
  for (const text of texts) {
    const line = document.createElement("p");
    line.className = "callout";
    line.style.whiteSpace = "pre-wrap";
    line.textContent = text;
    at("answers").append(line);
  }
  if (texts.length) { at("answers").hidden = false; at("answers").focus(); }
}

function start() {
  const form = at("ask"), button = form.querySelector("button");
  if (!window.isSecureContext || !crypto.subtle) { at("cannot").hidden = false; return; }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try { await look(); } finally { button.disabled = false; }
  });
  form.hidden = false;
}

start();
