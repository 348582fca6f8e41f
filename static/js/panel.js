// Side panel: the list stays where it is, J and K go through it, and a decision leads on to the next row.
const panel = document.getElementById("panel");
const ADVANCE = "advance";
let listAddress = location.href;
let opener = null;

const isOpen = () => Boolean(panel.innerHTML.trim());
const links = () => [...document.querySelectorAll(".data [data-panel=open]")];
const neighbour = (step) => links()[opener ? links().indexOf(opener) + step : 0];

function mark(link) {
  document.querySelectorAll("tr.is-open").forEach((row) => row.classList.remove("is-open"));
  link?.closest("tr")?.classList.add("is-open");
}

// Closing brings the list's address back.
function close() {
  if (!isOpen()) return;
  panel.replaceChildren();
  mark(null);
  history.pushState({}, "", listAddress);
  if (opener) opener.focus();
}

// A keyboard for Chinese has a sign of its own.
const HELP_KEYS = ["?", "？"];
const openHelp = () => document.querySelector("[data-help]")?.click();

function go(step) {
  const link = neighbour(step);
  if (link) link.click();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-panel=open]");
  if (link && !panel.contains(link)) {
    if (!isOpen()) listAddress = location.href;
    opener = link;
    mark(link);
  }
  if (event.target.closest("[data-close-panel]")) close();
  const step = event.target.closest("[data-panel-step]");
  if (step) go(Number(step.dataset.panelStep));
});

document.addEventListener("keydown", (event) => {
  const isTyping = /^(input|textarea|select)$/i.test(event.target.tagName);
  if (isTyping || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") close();
  if (event.key === "j") go(1);
  if (event.key === "k") go(-1);
  if (HELP_KEYS.includes(event.key)) openHelp();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== panel) return;
  panel.querySelectorAll("[data-panel-step]").forEach((button) => {
    button.disabled = !neighbour(Number(button.dataset.panelStep));
  });
  panel.focus();
});

// The server leads back to the list as it was; there the next row opens.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const isOfPanel = panel.contains(form) || form.hasAttribute("data-of-panel");
  if (!isOfPanel || form.method !== "post" || event.defaultPrevented) return;
  const list = new URL(listAddress);
  const back = document.createElement("input");
  Object.assign(back, { type: "hidden", name: "back", value: list.pathname + list.search });
  form.append(back);
  const isOfList = !opener || links().includes(opener); // the help is of none, and nothing follows it
  const next = (isOfList && (neighbour(1) || neighbour(-1))?.getAttribute("href")) || "";
  sessionStorage.setItem(ADVANCE, JSON.stringify({ list: list.pathname, next }));
});

function advance() {
  const kept = JSON.parse(sessionStorage.getItem(ADVANCE) || "null");
  sessionStorage.removeItem(ADVANCE);
  if (!kept || kept.list !== location.pathname) return;
  links()
    .find((link) => link.getAttribute("href") === kept.next)
    ?.click();
}

window.addEventListener("load", advance);
