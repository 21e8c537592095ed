// Starting a run: files are read here, the plan comes from the server, the API carries the specification out.
"use strict";
{
  const form = document.querySelector("[data-start]"), area = document.getElementById("specification");
  const plan = () => htmx.trigger(form, "planned");

  // What a file of sentences is like: its labels and how many sentences, as far as can be told here.
  function goldOf(name, text) {
    const labels = new Set();
    let sentences = 0;
    if (/^\s*\{/.test(text)) {
      for (const line of text.split("\n")) if (line.trim()) sentences += 1;
      for (const [, label] of text.matchAll(/"[BI]-([^"\s]+)"/g)) labels.add(label);
    } else {
      sentences = text.split(/\n\s*\n/).filter((block) => block.trim() && !block.trim().split("\n").every((l) => l.startsWith("#"))).length;
      for (const [, label] of text.matchAll(/[\t ][BI]-(\S+)\s*$/gm)) labels.add(label);
    }
    return { name, sentences, labels: [...labels].sort() };
  }

  async function take(file) {
    const text = await file.text();
    if (/\.(ya?ml|json)$/i.test(file.name)) area.value = text;
    else {
      const gold = goldOf(file.name, text);
      if (!gold.labels.length) { tell(`${file.name} holds no B- or I- tags; expected are IOB2 lines (token, tab, tag) or JSONL with tokens and ner_tags.`, true); return; }
      const entry = `{file: ${JSON.stringify(gold.name)}}`;
      area.value = `labels: [${gold.labels.join(", ")}]\n` + area.value.replace(/^labels:.*\n/m, "").replace(/gold: \{[^}]*\}/, `gold: ${entry}`);
      tell(`${gold.sentences.toLocaleString()} sentences, labels ${gold.labels.join(", ")}. Check the language's code.`);
    }
    plan();
  }

  document.getElementById("file").addEventListener("change", (event) => { if (event.target.files[0]) take(event.target.files[0]); });
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
