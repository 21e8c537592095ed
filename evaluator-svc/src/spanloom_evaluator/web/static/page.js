// What every page does: light and dark, times in the reader's zone, live parts, buttons that ask the API, signing in.
"use strict";

const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

function showTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    if (time.dataset.shown) continue;
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    time.dataset.shown = "1";
    time.title = time.textContent;
    time.textContent = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: time.dataset.seconds ? "medium" : "short" });
  }
}

function tell(text, bad = false) {
  const told = document.getElementById("told");
  told.textContent = text;
  told.classList.toggle("bad", bad);
  told.classList.add("shown");
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => told.classList.remove("shown"), bad ? 12000 : 5000);
}

// What an answer that is an error says: problem details (RFC 9457), else its status.
async function whatIsWrong(answer) {
  const type = answer.headers.get("content-type") || "";
  if (answer.status === 401) location.assign("/login?to=" + encodeURIComponent(location.pathname + location.search));
  if (!type.includes("json")) return { detail: `${answer.status} ${answer.statusText}`, errors: [] };
  const problem = await answer.json();
  return { detail: problem.detail || `${answer.status}`, errors: problem.errors || [] };
}

const refreshLive = () => {
  for (const part of document.querySelectorAll("[data-live]")) htmx.trigger(part, "live");
};

// State changes as the API tells them; bursts are shown once a second and a half.
function follow(part) {
  let timer = null;
  const soon = () => {
    if (timer === null) timer = setTimeout(() => { timer = null; refreshLive(); }, 1500);
  };
  const source = new EventSource(part.dataset.events);
  for (const kind of ["jobs", "job", "dataset", "evaluation"]) source.addEventListener(kind, soon);
  source.addEventListener("run", (event) => {
    soon();
    if (JSON.parse(event.data).state !== "running") source.close();
  });
  addEventListener("pagehide", () => source.close());
  return source;
}

document.addEventListener("click", async (event) => {
  const at = event.target.closest("[data-theme-switch], [data-sign-out], [data-ask]");
  if (!at) return;
  if ("themeSwitch" in at.dataset) {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("spanloom-theme", theme);
    dispatchEvent(new Event("themechange"));
  } else if ("signOut" in at.dataset) {
    await fetch("/v1/session", { method: "DELETE" });
    location.assign("/login");
  } else {
    at.disabled = true;
    const answer = await fetch(at.dataset.ask, { method: "POST" });
    at.disabled = false;
    if (!answer.ok) tell((await whatIsWrong(answer)).detail, true);
    else {
      tell(at.dataset.done || "Done.");
      if (at.dataset.reload) location.reload();
      refreshLive();
    }
  }
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-sign-in]");
  if (!form) return;
  event.preventDefault();
  const answer = await fetch("/v1/session", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ key: form.key.value }),
  });
  if (answer.ok) { location.assign(form.dataset.signIn); return; }
  const wrong = form.querySelector("[data-wrong]");
  wrong.hidden = false;
  wrong.textContent = (answer.status === 401) ? "This is not the key." : (await whatIsWrong(answer)).detail;
  form.key.select();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(input|textarea|select)$/i.test(event.target.tagName) && !event.ctrlKey && !event.metaKey) {
    const search = document.querySelector("[data-slash]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
});

document.addEventListener("htmx:afterSwap", () => showTimes(document));
document.addEventListener("htmx:responseError", async (event) => {
  const { status } = event.detail.xhr;
  if (status === 401) location.assign("/login?to=" + encodeURIComponent(location.pathname + location.search));
  else tell(`The service answered ${status}; what is shown may be out of date.`, true);
});
document.addEventListener("htmx:sendError", () => tell("The service does not answer; trying again.", true));

showTimes(document);
for (const part of document.querySelectorAll("[data-events]")) follow(part);
