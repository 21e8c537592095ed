// Draws the same Vega-Lite specifications as the report and `--plot`, by Vega's interpreter: the policy allows no eval.
"use strict";

const dark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

function inTheme(spec) {
  const ink = dark() ? "#e7eaf0" : "#1b1f26", soft = dark() ? "#a8b1c0" : "#565e6b", line = dark() ? "#333a45" : "#dcdfe4";
  const config = (spec.config = spec.config || {});
  config.background = "transparent";
  config.axis = { ...config.axis, labelColor: soft, titleColor: ink, gridColor: line, domainColor: soft, tickColor: soft };
  config.legend = { ...config.legend, labelColor: ink, titleColor: ink };
  config.header = { ...config.header, labelColor: ink, titleColor: ink };
  config.title = { ...config.title, color: ink };
  config.text = { ...config.text, fill: soft };
  config.view = { ...config.view, stroke: line };
  delete spec.title;
  return spec;
}

// What the pointer is on, as text; Vega's own tooltip would bring styles along.
function tooltip(handler, event, item, value) {
  let tip = document.getElementById("tip");
  if (!tip) {
    tip = document.createElement("div");
    tip.id = "tip";
    document.body.append(tip);
  }
  tip.hidden = value === null || value === undefined || value === "";
  if (tip.hidden) return;
  const lines = typeof value === "object" ? Object.entries(value).map(([name, text]) => `${name}: ${text}`) : [String(value)];
  tip.textContent = lines.join("\n");
  tip.style.left = `${Math.min(event.pageX + 14, document.documentElement.scrollWidth - 220)}px`;
  tip.style.top = `${event.pageY + 14}px`;
}

async function draw(figure) {
  const answer = await fetch(figure.dataset.chart);
  const place = document.createElement("div");
  if (!answer.ok) {
    figure.dataset.drawn = "0";
    figure.textContent = answer.status === 404 ? "Nothing to draw yet." : `It could not be drawn: the service answered ${answer.status}.`;
    return;
  }
  await window.vegaEmbed(place, inTheme(await answer.json()), {
    ast: true, logLevel: 1, renderer: "svg", actions: false, defaultStyle: false, tooltip,
  });
  // The figure is one picture with a name, and its table tells the same: its marks are nothing to read out one by one.
  place.querySelector("svg").setAttribute("aria-hidden", "true");
  figure.replaceChildren(place);
  figure.dataset.drawn = "1";
}

const drawAll = () => document.querySelectorAll("[data-chart]").forEach((figure) => draw(figure));
addEventListener("themechange", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
drawAll();
