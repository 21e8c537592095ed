// Before the first paint: the reader's choice of light or dark, if one was made.
"use strict";
{
  const chosen = localStorage.getItem("spanloom-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
