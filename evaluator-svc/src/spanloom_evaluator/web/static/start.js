// Starting a run: gold files go to the service, the plan comes from it, the API carries the specification out.
"use strict";
{
  const form = document.querySelector("[data-start]"), area = document.getElementById("specification");
  const plan = () => htmx.trigger(form, "planned");

  // A specification is taken as it is; any other file is taken for gold sentences, which the service reads and keeps.
  function isSpecification(name, text) {
    if (/\.ya?ml$/i.test(name)) return true;
    if (!/\.json$/i.test(name)) return false;
    try { return Array.isArray(JSON.parse(text).languages); } catch { return false; }
  }

  async function take(file) {
    if (/\.(ya?ml|json)$/i.test(file.name)) {
      const text = await file.text();
      if (isSpecification(file.name, text)) { area.value = text; plan(); return; }
    }
    const name = file.name.replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^[^A-Za-z0-9]+/, "").slice(-100) || "gold";
    tell(`${file.name} is being read…`);
    const answer = await fetch(`/v1/gold?name=${encodeURIComponent(name)}`, { method: "POST", headers: { "content-type": "application/octet-stream" }, body: file });
    if (!answer.ok) { refuse(file.name, (await whatIsWrong(answer)).detail); return; }
    const gold = await answer.json(), types = Object.keys(gold.entities);
    if (!types.length) { refuse(file.name, `${gold.sentences.toLocaleString()} sentences and no entity: nothing could be learnt from it.`); return; }
    area.value = `labels: [${types.join(", ")}]\n` + area.value.replace(/^labels:.*\n/m, "").replace(/gold: \{[^}]*\}/, `gold: {file: ${JSON.stringify(gold.file)}}`);
    show(file.name, gold);
    tell(`${gold.sentences.toLocaleString()} sentences, labels ${types.join(", ")}. Check the language's code.`);
    plan();
  }

  function refuse(name, why) {
    tell(`${name} was not taken.`, true);
    write([[name, why]]);
  }

  // What the service found in the file, so that a person sees that it was read as it was meant.
  function show(name, gold) {
    const entities = Object.entries(gold.entities).map(([type, n]) => `${type} ${n.toLocaleString()}`).join(", ");
    const rows = [["File", name], ["Sentences, tokens", `${gold.sentences.toLocaleString()}, ${gold.tokens.toLocaleString()}`], ["Entities", entities],
      ["Read as", `${gold.format}, ${gold.scheme}`], ["First", gold.first], ...gold.notes.map((note) => ["Note", note])];
    write(rows);
  }

  function write(rows) {
    const list = document.createElement("dl");
    list.className = "mistakes card";
    for (const [term, what] of rows) {
      const dt = document.createElement("dt"), dd = document.createElement("dd");
      dt.textContent = term;
      dd.textContent = what;
      list.append(dt, dd);
    }
    document.querySelector("[data-gold]").replaceChildren(list);
  }

  document.getElementById("file").addEventListener("change", async (event) => {
    if (event.target.files[0]) await take(event.target.files[0]);
    event.target.value = ""; // so that the same file, mended, can be chosen again
  });
  area.addEventListener("dragover", (event) => event.preventDefault());
  area.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });

  document.addEventListener("click", async (event) => {
    const at = event.target.closest("[data-begin]");
    if (!at) return;
    at.disabled = true;
    const answer = await fetch("/v1/runs", { method: "POST", headers: { "content-type": "application/yaml" }, body: area.value });
    if (answer.ok) { location.assign(`/runs/${(await answer.json()).id}`); return; }
    at.disabled = false;
    const problem = await whatIsWrong(answer);
    const list = document.createElement("dl");
    list.className = "mistakes card";
    for (const { path, message } of problem.errors.length ? problem.errors : [{ path: "", message: problem.detail }]) {
      const name = document.createElement("dt"), code = document.createElement("code"), what = document.createElement("dd");
      code.textContent = path || "refused";
      name.append(code);
      what.textContent = message;
      list.append(name, what);
    }
    document.querySelector("[data-refused]").replaceChildren(list);
  });
}
