// Enhancements every page shares. Pages work without them: links are links, forms are forms.

const root = document.documentElement;
root.classList.add("js");

const on = (type, selector, handler) =>
  document.addEventListener(type, (event) => {
    const found = event.target.closest && event.target.closest(selector);
    if (found) handler(found, event);
  });

// Toasts: success goes by itself unless it is being read; the rest waits for a click.
function fade(toast, seconds) {
  const isRead = () => toast.matches(":hover, :focus-within");
  setTimeout(() => (isRead() ? fade(toast, seconds) : toast.remove()), seconds * 1000);
}

function fadeNew(scope) {
  scope.querySelectorAll("[data-toast-fades]").forEach((toast) => {
    const seconds = Number(toast.dataset.toastFades);
    toast.removeAttribute("data-toast-fades");
    fade(toast, seconds);
  });
}

function sayItFailed() {
  const toasts = document.getElementById("toasts");
  const copy = document.getElementById("toast-failed").content.cloneNode(true);
  toasts.replaceChildren(copy);
}

fadeNew(document);
on("click", "[data-close-toast]", (button) => button.closest(".toast-note").remove());

// Menus: one open at a time, closed by a click elsewhere or by Escape.
const openMenus = () => [...document.querySelectorAll("details.menu[open]")];

document.addEventListener("click", (event) => {
  openMenus().forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
});

// Confirmation: the same form, moved into a dialog.
function ask(details) {
  const dialog = document.createElement("dialog");
  const form = details.querySelector(".confirm-box");
  const home = form.parentNode;
  form.toggleAttribute("data-of-panel", Boolean(form.closest("#panel")));
  const title = form.querySelector("h2");
  title.id = title.id || `confirm-${Math.random().toString(36).slice(2)}`;
  dialog.className = "modal-box";
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(form);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    home.append(form);
    dialog.remove();
    details.querySelector("summary").focus();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.showModal();
}

on("click", "[data-confirm] > summary", (summary, event) => {
  if (!("showModal" in HTMLElement.prototype) && typeof HTMLDialogElement === "undefined") return;
  event.preventDefault();
  ask(summary.parentNode);
});
on("click", "[data-close-dialog]", (button) => {
  const dialog = button.closest("dialog");
  if (dialog) dialog.close();
});

// Bulk bar: counts the ticks of its form, wherever the boxes stand.
const ticks = (form) => [...form.elements].filter((each) => each.type === "checkbox" && each.name);

function countTicks(form) {
  const boxes = ticks(form);
  const ticked = boxes.filter((box) => box.checked).length;
  form.classList.toggle("is-active", ticked > 0);
  form.querySelectorAll("[data-bulk-count]").forEach((place) => (place.textContent = ticked));
  document.querySelectorAll(`[data-check-all="${form.id}"]`).forEach((all) => {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  });
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.dataset && box.dataset.checkAll) {
    const form = document.getElementById(box.dataset.checkAll);
    if (!form) return;
    ticks(form).forEach((each) => (each.checked = box.checked));
    countTicks(form);
  } else if (box.form && box.form.matches("[data-bulk]")) {
    countTicks(box.form);
  }
});
on("click", "[data-bulk-clear]", (button) => {
  ticks(button.form).forEach((box) => (box.checked = false));
  countTicks(button.form);
});

// A form goes out once. The first submit is never touched; only a repeat within it is.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  setTimeout(() => freeForm(form), 8000);
});

function freeForm(form) {
  delete form.dataset.sent;
  document.querySelectorAll("[aria-busy=true]").forEach((button) => button.removeAttribute("aria-busy"));
}

window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(freeForm));

// Files: what was dropped or chosen is the input's own file.
document.addEventListener("dragover", (event) => {
  const zone = event.target.closest && event.target.closest("[data-file-drop]");
  if (zone) {
    event.preventDefault();
    zone.classList.add("is-over");
  }
});
on("dragleave", "[data-file-drop]", (zone) => zone.classList.remove("is-over"));
on("drop", "[data-file-drop]", (zone, event) => {
  event.preventDefault();
  zone.classList.remove("is-over");
  const input = zone.querySelector("input[type=file]");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

// Keys: "/" to the search box, Escape closes what is open.
document.addEventListener("keydown", (event) => {
  const typing = /^(input|textarea|select)$/i.test(event.target.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const search = document.querySelector("[data-hotkey='/']");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    const menus = openMenus();
    if (menus.length) event.preventDefault(); // the panel stays
    menus.forEach((menu) => {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    });
  }
});

// Network: say so, and never lose what was typed.
const offline = document.getElementById("offline");
const showNetwork = () => (offline.hidden = navigator.onLine);
window.addEventListener("online", showNetwork);
window.addEventListener("offline", showNetwork);
showNetwork();
["htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, sayItFailed));
document.addEventListener("htmx:responseError", (event) => {
  // A page that may not be opened in the panel is opened in full, where it explains itself.
  if (event.detail.target.id === "panel") location.href = event.detail.xhr.responseURL;
  else sayItFailed();
});
document.addEventListener("htmx:afterSwap", () => fadeNew(document));

// A file that is too large is named here: the server takes in no byte of it.
on("change", "[data-largest]", (field) => {
  const isTooLarge = [...field.files].some((file) => file.size > Number(field.dataset.largest));
  field.setCustomValidity(isTooLarge ? field.dataset.tooLarge : "");
  field.reportValidity();
});

// A text says how much room is left, and by how much it is too long; nothing is cut.
function count(field) {
  const left = Number(field.dataset.most) - [...field.value].length;
  const said = field.dataset.counter && document.getElementById(field.dataset.counter);
  if (!said) return;
  said.hidden = left > Number(field.dataset.most) * 0.4;
  said.classList.toggle("is-over", left < 0);
  said.textContent =
    left < 0 ? said.dataset.over.replace("{n}", -left) : said.dataset.left.replace("{n}", left);
}

function addCounter(field) {
  const words = document.getElementById("counter").content.firstElementChild.cloneNode(true);
  words.id = field.dataset.counter = `counter-${Math.random().toString(36).slice(2)}`;
  field.after(words);
  count(field);
}

const addCounters = () => document.querySelectorAll("[data-most]:not([data-counter])").forEach(addCounter);
addCounters();
document.addEventListener("htmx:afterSwap", addCounters);
document.addEventListener("input", (event) => event.target.dataset?.most && count(event.target));

// A page that answers a form with what is wrong is one to come back to: its address is asked for anew then.
if (document.querySelector(".error-summary")) history.replaceState(history.state, "", location.href);

const focusFirst = document.querySelector("[data-focus]");
if (focusFirst && !focusFirst.closest("[data-no-focus]")) focusFirst.focus();

// A table that scrolls sideways must be reachable by keyboard, and say what it is.
function markScrollable() {
  document.querySelectorAll(".table-wrap").forEach((wrap) => {
    const scrolls = wrap.scrollWidth > wrap.clientWidth + 1;
    const caption = wrap.querySelector("caption");
    wrap.toggleAttribute("tabindex", scrolls);
    if (!scrolls) {
      wrap.removeAttribute("role");
      return;
    }
    wrap.tabIndex = 0;
    wrap.setAttribute("role", "region");
    if (caption) wrap.setAttribute("aria-label", caption.textContent);
  });
}

markScrollable();
window.addEventListener("resize", markScrollable);
document.addEventListener("toggle", markScrollable, true);
document.addEventListener("htmx:afterSwap", markScrollable);
