// The verification screen: fill all rows at once, keep grade and presence together, count what will happen.
const form = document.querySelector("[data-verify]");

const rowsOf = () => [...form.querySelectorAll("tbody tr")];
const radio = (row, value) => row.querySelector(`input[type=radio][value="${value}"]`);
const grade = (row) => row.querySelector("select[name$=-grade]");
const flags = (row) => Number(row.querySelector("input[name$=-flags]")?.value || 0);
// Somebody said 待定 of this row: no other click says 好 for it.
const isPending = (row) => row.hasAttribute("data-pending");
const isDenied = (row) => grade(row)?.value === "denied";

function fill(kind) {
  for (const row of rowsOf()) {
    if (radio(row, "absent").checked) continue;
    radio(row, "present").checked = true;
    if (kind === "good" && grade(row) && !grade(row).value && !isPending(row)) grade(row).value = "good";
  }
  summarise();
}

function follow(target) {
  const row = target.closest("tr");
  const chosen = row && grade(row);
  if (!chosen) return;
  if (target.type === "radio") {
    if (target.value === "present" && !chosen.value && !isPending(row)) chosen.value = "good";
    if (target.value !== "present" && !isDenied(row)) chosen.value = "";
  } else if (target === chosen) {
    row.toggleAttribute("data-pending", !chosen.value);
    if (chosen.value && !isDenied(row)) radio(row, "present").checked = true;
  }
}

function summarise() {
  const box = form.querySelector("[data-verify-summary]");
  if (!box) return;
  const rows = rowsOf();
  const present = rows.filter((row) => radio(row, "present").checked);
  const absent = rows.filter((row) => radio(row, "absent").checked);
  const lit = present
    .filter((row) => grade(row)?.value && !isDenied(row))
    .reduce((sum, row) => sum + flags(row), 0);
  const figures = { present: present.length, absent: absent.length, flags: lit };
  box.textContent = box.dataset.text.replace(/{(\w+)}/g, (_all, name) => figures[name]);
}

if (form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (!button) return;
    event.preventDefault();
    fill(button.dataset.fill);
  });
  form.addEventListener("input", (event) => {
    follow(event.target);
    summarise();
  });
  summarise();
}
