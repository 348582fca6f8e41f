// A search box above a long select: typing narrows the options. Without it the select works as it is.
for (const select of document.querySelectorAll("select[data-searchable]")) {
  const options = Array.from(select.options);
  const box = document.createElement("input");
  box.type = "search";
  box.className = "form-control";
  box.autocomplete = "off";
  box.placeholder = select.dataset.searchable;
  box.setAttribute("aria-label", select.dataset.searchable);
  select.before(box);
  box.addEventListener("input", () => {
    const text = box.value.trim();
    const chosen = select.value;
    const shown = options.filter((option) => !option.value || option.text.includes(text));
    select.replaceChildren(...shown);
    const found = shown.filter((option) => option.value);
    if (text && found.length === 1) select.value = found[0].value;
    else if (found.some((option) => option.value === chosen)) select.value = chosen;
    else select.value = "";
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
