// The desk's lists and search: filters apply as they are chosen, columns are picked, results stand beneath the box.
const DAY = /^[12][0-9]{3}-/; // a year that is still being typed is none

document.querySelectorAll("form[data-filters]").forEach((form) => {
  form.addEventListener("change", (event) => {
    const field = event.target;
    const isHalfTyped = field.type === "date" && field.value && !DAY.test(field.value);
    if (!isHalfTyped) form.requestSubmit();
  });
});

// Columns: the first one names the row and stays.
function pick(table, menu) {
  const form = menu.querySelector("form");
  const heads = [...table.tHead.rows].at(-1).cells;
  const first = [...heads].findIndex((head) => !head.matches(".col-check"));
  [...heads].forEach((head, at) => {
    const label = head.textContent.trim();
    if (
      at <= first ||
      !label ||
      head.matches(".col-check, .col-actions") ||
      head.querySelector(".visually-hidden")
    )
      return;
    form.append(choice(head, label));
  });
  menu.hidden = false;
}

function choice(head, label) {
  const row = document.createElement("label");
  row.className = "menu-item";
  const box = Object.assign(document.createElement("input"), {
    type: "checkbox",
    name: "shown",
    value: label,
  });
  box.className = "form-check-input";
  box.checked = !head.classList.contains("is-off");
  box.addEventListener("change", () => head.classList.toggle("is-off", !box.checked));
  const offered = Object.assign(document.createElement("input"), {
    type: "hidden",
    name: "label",
    value: label,
  });
  row.append(box, offered, label);
  return row;
}

const list = document.querySelector("main .table-wrap > .data");
const columns = document.querySelector("[data-columns]");
if (list && columns && list.tHead) pick(list, columns);

// Search: arrows walk through what is found, Escape puts it away, Enter without a choice opens the page of all.
const search = document.querySelector("[data-live-search]");
if (search) {
  const box = search.querySelector("input");
  const found = search.querySelector(".live-found");
  const links = () => [...found.querySelectorAll("a")];
  const put = () => found.replaceChildren();
  search.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && links().length) {
      event.preventDefault();
      const at = links().indexOf(document.activeElement) + step;
      (links()[at] || box).focus();
    }
    if (event.key === "Escape" && links().length) {
      event.preventDefault();
      put();
      box.focus();
    }
  });
  document.addEventListener("click", (event) => search.contains(event.target) || put());
}

// On a narrow screen each row is a card (css/narrow.css): every cell says which column it is of. The roles keep it a
// table to whoever listens.
function labelCells(table) {
  const heads = [...table.tHead.rows].at(-1).cells;
  const labels = [...heads].map((head) => head.textContent.trim());
  [...table.rows].forEach((row) => {
    row.setAttribute("role", "row");
    [...row.cells].forEach((cell, at) => labelCell(cell, labels[at], row.parentNode));
  });
  table.querySelectorAll("thead, tbody, tfoot").forEach((group) => group.setAttribute("role", "rowgroup"));
  table.setAttribute("role", "table");
  table.dataset.cards = "";
}

function labelCell(cell, label, group) {
  const isHead = cell.tagName === "TH";
  const isInHead = group.tagName === "THEAD";
  cell.setAttribute("role", isInHead ? "columnheader" : isHead ? "rowheader" : "cell");
  if (isInHead || cell.colSpan > 1 || cell.matches(".col-check, .col-actions")) return;
  const isTitle = !cell.previousElementSibling || cell.matches(".col-check:first-child + *");
  if (isTitle) cell.classList.add("is-title");
  else cell.dataset.label = label || "";
  const isBlank =
    !cell.textContent.trim() && !cell.querySelector("input, select, textarea, progress, svg, img");
  cell.toggleAttribute("data-blank", isBlank);
}

function makeCards() {
  const lists = document.querySelectorAll(
    ".table-wrap > .data:not(.beside, .tree, :is(.chart, .sheet) *, [data-cards])",
  );
  [...lists].filter((table) => table.tHead).forEach(labelCells);
}

makeCards();
document.addEventListener("htmx:afterSwap", makeCards);
