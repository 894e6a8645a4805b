/** Gives the log's element another token whenever it asks for one; what the reader sees and chose stays meanwhile. */
const log = document.querySelector("indelible-log");

async function renew() {
  const answer = await fetch("/audit-token", { method: "POST" });
  document.querySelector("#said").textContent = answer.ok ? "" : "The audit log cannot be shown at the moment.";
  if (answer.ok) log.token = (await answer.json()).token;
}

// A while before a token ends, and where one is refused.
log.addEventListener("indelible-log-token", renew);
