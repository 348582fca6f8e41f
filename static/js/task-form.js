// The task form: what the catalogue item is worth stands in the empty fields; the end follows the start.
const form = document.getElementById("task-form");

const pad = (number) => String(number).padStart(2, "0");
const asLocal = (date) =>
  `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}T${pad(date.getHours())}:${pad(date.getMinutes())}`;

function showItem() {
  const worth = JSON.parse(form.dataset.items)[form.elements.namedItem("item").value];
  form.elements.flags.placeholder = worth ? worth.flags : "";
  form.elements.minutes.placeholder = worth ? worth.minutes : "";
}

function followStart(before) {
  const { starts_at: start, ends_at: end } = form.elements;
  const length = new Date(end.value) - new Date(before);
  if (!start.value || !(length > 0)) return;
  end.value = asLocal(new Date(new Date(start.value).getTime() + length));
}

function showPicker() {
  const chosen = form.querySelector("input[name=reach]:checked");
  const picker = form.querySelector("[data-picker]");
  if (picker && chosen) picker.open = chosen.value === "chosen";
}

if (form) {
  let start = form.elements.starts_at.value;
  form.addEventListener("change", (event) => {
    if (event.target.name === "item") showItem();
    if (event.target.name === "reach") showPicker();
    if (event.target.name === "starts_at") {
      followStart(start);
      start = event.target.value;
    }
  });
  showItem();
}
