// Going through samples by keyboard, and correcting them: every change is a row the server keeps.
"use strict";
{
  const cards = () => [...document.querySelectorAll("[data-samples] > .sample")];
  const runPath = location.pathname.replace(/\/samples.*$/, "");
  const who = () => (document.querySelector("[data-who]") || {}).value || localStorage.getItem("spanloom-who") || "";

  function showWho() {
    const field = document.querySelector("[data-who]");
    if (field) field.value = localStorage.getItem("spanloom-who") || "";
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-who]")) localStorage.setItem("spanloom-who", event.target.value);
  });

  async function post(place, fields) {
    const answer = await fetch(place, { method: "POST", body: new URLSearchParams({ ...fields, who: who() }) });
    if (answer.ok) return answer;
    if (answer.status === 401) location.assign("/login?to=" + encodeURIComponent(location.pathname + location.search));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const why = page.querySelector("main p");
    tell(why ? why.textContent : `The service answered ${answer.status}.`, true);
    return null;
  }

  async function correct(card, action, tags) {
    if (card.dataset.fixed) { tell("This sample cannot be corrected here: it is gold, or longer than 200 tokens.", true); return; }
    const { dataset, call, candidate } = card.dataset;
    const answer = await post(`${runPath}/corrections`, {
      dataset, call, candidate, action, tags: JSON.stringify(tags || []),
    });
    if (!answer) return;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".sample");
    const next = document.adoptNode(made);
    card.replaceWith(next);
    next.focus();
    tell({ accept: "Accepted.", reject: "Rejected.", change: "Changed.", undo: "Taken back." }[action]);
  }

  const filterQuery = () => {
    const found = document.getElementById("found");
    return found && found.dataset.filter.includes("?") ? found.dataset.filter.slice(found.dataset.filter.indexOf("?")) : "";
  };

  async function correctAll(fields) {
    const answer = await post(`${runPath}/corrections/all${filterQuery()}`, fields);
    if (!answer) return;
    const { corrected } = await answer.json();
    tell(`${corrected.toLocaleString()} samples were corrected.`);
    await htmx.ajax("GET", location.pathname + location.search, { target: "#found", select: "#found", swap: "outerHTML" });
  }

  // One sentence, token by token. Tag ids are IOB2: odd begins type (id - 1) / 2, even goes on.
  function edit(card) {
    if (card.dataset.fixed || card.querySelector(".editor")) return;
    const types = JSON.parse(card.dataset.types), tokens = JSON.parse(card.dataset.tokens), tags = JSON.parse(card.dataset.tags);
    let from = Math.max(tags.findIndex((tag) => tag), 0), to = from;
    const editor = document.createElement("div");
    editor.className = "editor";
    const line = document.createElement("div");
    line.className = "tokens";
    line.dir = "auto";
    const buttons = tokens.map((token, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "token";
      button.textContent = token || "∅";
      button.addEventListener("click", (event) => { to = i; if (!event.shiftKey) from = i; draw(); button.focus(); });
      line.append(button, " ");
      return button;
    });
    const choices = document.createElement("p");
    choices.className = "actions";
    const choice = (text, act, name = "") => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.className = name;
      button.addEventListener("click", act);
      choices.append(button);
    };
    types.forEach((type, i) => choice(`${i < 9 ? i + 1 + " " : ""}${type}`, () => label(i), `e${i % 8} labelling`));
    choice("0 no entity", () => label(null));
    choice("m label all occurrences", everywhere);
    choice("Save", save, "main");
    choice("Leave", leave);
    const order = () => [Math.min(from, to), Math.max(from, to)];

    function draw() {
      const [low, high] = order();
      buttons.forEach((button, i) => {
        const tag = tags[i], kind = tag ? (tag - 1) >> 1 : -1;
        button.className = `token${tag ? ` e e${kind % 8}` : ""}${i >= low && i <= high ? " chosen" : ""}${tag && tag % 2 ? " begins" : ""}`;
        button.title = tag ? types[kind] : "";
        button.tabIndex = i === to ? 0 : -1;
        button.setAttribute("aria-pressed", i >= low && i <= high);
      });
    }
    // An entity that the selection cuts ends before it, or goes on after it as one of its own.
    function label(kind) {
      const [low, high] = order();
      for (let i = low; i <= high; i++) tags[i] = kind === null ? 0 : 2 * kind + (i === low ? 1 : 2);
      if (high + 1 < tags.length && tags[high + 1] && tags[high + 1] % 2 === 0) tags[high + 1] -= 1;
      draw();
      buttons[to].focus();
    }
    function everywhere() {
      const [low, high] = order();
      const kind = tags[low] ? types[(tags[low] - 1) >> 1] : "";
      correctAll({ action: "change", mention: JSON.stringify(tokens.slice(low, high + 1)), label_to: kind });
    }
    function save() { correct(card, "change", tags); }
    function leave() { editor.remove(); card.querySelector("p").hidden = false; card.focus(); }

    editor.addEventListener("keydown", (event) => {
      const rtl = getComputedStyle(line).direction === "rtl";
      const forward = rtl ? "ArrowLeft" : "ArrowRight", back = rtl ? "ArrowRight" : "ArrowLeft";
      if (event.key === forward || event.key === back) {
        to = Math.min(Math.max(to + (event.key === forward ? 1 : -1), 0), tokens.length - 1);
        if (!event.shiftKey) from = to;
        draw();
        buttons[to].focus();
      } else if (/^[0-9]$/.test(event.key) && Number(event.key) <= types.length) {
        label(event.key === "0" ? null : Number(event.key) - 1);
      } else if (event.key === "m") everywhere();
      else if (event.key === "Enter" && event.target.classList.contains("token")) save();
      else if (event.key === "Escape") leave();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    editor.append(line, choices);
    card.querySelector("p").hidden = true;
    card.prepend(editor);
    draw();
    buttons[to].focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(input|textarea|select|button)$/i.test(event.target.tagName)) return;
    const all = cards(), card = event.target.closest(".sample"), at = all.indexOf(card);
    if (event.key === "j" || event.key === "k") {
      const next = all[at < 0 ? 0 : Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), all.length - 1)];
      if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
    } else if (!card) return;
    else if (event.key === "o" || (event.key === "Enter" && event.target === card)) {
      const link = card.querySelector("[data-open]");
      if (link) link.click();
    } else if (card.classList.contains("rejected")) return;
    else if (event.key === "a") correct(card, "accept").then(() => null);
    else if (event.key === "r") correct(card, "reject");
    else if (event.key === "u") correct(card, "undo");
    else if (event.key === "e") edit(card);
    else return;
    event.preventDefault();
  });

  document.addEventListener("dblclick", (event) => {
    const card = event.target.closest("[data-samples] > .sample");
    if (card && !card.classList.contains("rejected") && !event.target.closest("a, button")) edit(card);
  });
  document.addEventListener("click", (event) => {
    const at = event.target.closest("[data-all]");
    if (!at) return;
    if (at.dataset.sure) correctAll({ action: at.dataset.all });
    else { at.dataset.sure = "1"; at.textContent = `Sure? ${at.textContent}`; }
  });
  document.addEventListener("htmx:afterSwap", showWho);
  showWho();
  const here = document.querySelector("mark.here, .verdicts .here");
  if (here) here.scrollIntoView({ block: "center" });
}
