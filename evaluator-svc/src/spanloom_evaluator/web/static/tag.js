// Tags what was typed with one model or two; every answer is put in as text.
"use strict";
{
  const form = document.querySelector("[data-tag]");
  const kinds = new Map();
  const colour = (type) => { if (!kinds.has(type)) kinds.set(type, kinds.size % 8); return kinds.get(type); };

  function sentence({ tokens, entities }) {
    const line = document.createElement("p");
    line.className = "sentence";
    line.dir = "auto";
    let at = 0;
    for (const { type, start, end } of entities) {
      line.append(tokens.slice(at, start).join(" "), " ");
      const mark = document.createElement("mark"), words = document.createElement("bdi"), label = document.createElement("span");
      mark.className = `e e${colour(type)}`;
      words.textContent = tokens.slice(start, end).join(" ");
      label.className = "label";
      label.textContent = type;
      mark.append(words, label);
      line.append(mark, " ");
      at = end;
    }
    line.append(tokens.slice(at).join(" "));
    return line;
  }

  async function tagWith(select) {
    const card = document.createElement("section"), name = document.createElement("h2");
    card.className = "card";
    name.textContent = select.selectedOptions[0].textContent;
    card.append(name);
    const answer = await fetch(`/v1/models/${encodeURIComponent(select.value)}/tag`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ text: form.text.value }),
    });
    if (!answer.ok) {
      const why = document.createElement("p");
      why.className = "bad";
      why.textContent = (await whatIsWrong(answer)).detail;
      card.append(why);
    } else for (const one of (await answer.json()).sentences) card.append(sentence(one));
    return card;
  }

  if (form) form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    const cards = [];
    for (const select of [form.first, form.second]) if (select.value) cards.push(await tagWith(select));
    document.getElementById("tagged").replaceChildren(...cards);
    button.disabled = false;
  });
}
