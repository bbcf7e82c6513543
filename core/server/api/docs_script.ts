// What the page /docs does beside being read: filter, copy, and this router's own address in the lines to copy.

export const docsScript = `"use strict";
for (const code of document.querySelectorAll(".curl code")) {
  code.textContent = code.textContent.replace(/https?:\\/\\/localhost:\\d+/, location.origin);
}
for (const button of document.querySelectorAll(".curl button")) {
  if (navigator.clipboard === undefined) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    button.textContent = "Copied";
  });
  for (const away of ["pointerleave", "blur"]) {
    button.addEventListener(away, () => button.textContent = "Copy");
  }
}
const label = document.querySelector(".filter");
const input = label.querySelector("input");
const none = document.querySelector(".none");
label.hidden = false;
const filter = () => {
  const wanted = input.value.trim().toLowerCase().split(/\\s+/);
  let left = 0;
  for (const one of document.querySelectorAll("[data-words]")) {
    one.hidden = !wanted.every((word) => one.dataset.words.includes(word));
    if (!one.hidden) left++;
  }
  for (const list of document.querySelectorAll("nav ul")) {
    const empty = list.querySelector("li:not([hidden])") === null;
    list.hidden = list.previousElementSibling.hidden = empty;
  }
  for (const section of document.querySelectorAll("main section")) {
    const articles = section.querySelectorAll("article");
    section.hidden = articles.length > 0 && section.querySelector("article:not([hidden])") === null;
  }
  none.hidden = left > 0;
};
input.addEventListener("input", () => {
  filter();
  scrollTo({ top: 0, behavior: "instant" });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== input) {
    event.preventDefault();
    input.focus();
  }
  if (event.key === "Escape" && document.activeElement === input) {
    input.value = "";
    filter();
  }
});
const open = () => {
  const one = location.hash === "" ? null : document.getElementById(location.hash.slice(1));
  one?.querySelector("details")?.setAttribute("open", "");
};
addEventListener("hashchange", open);
open();
`;
