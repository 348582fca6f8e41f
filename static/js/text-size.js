// Large or standard text at once, without leaving the page and what is typed in it; the server remembers it.

const root = document.documentElement;

function show(form, size) {
  const isLarge = size === "large";
  const button = form.querySelector("button");
  root.classList.toggle("large-text", isLarge);
  form.elements.size.value = isLarge ? "standard" : "large";
  button.textContent = isLarge ? button.dataset.standard : button.dataset.large;
}

async function change(form) {
  const asked = form.elements.size.value;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error(answer.status);
    show(form, asked);
  } catch {
    form.submit(); // the page that says what is wrong
  }
}

document.querySelectorAll("[data-text-size]").forEach((form) =>
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change(form);
  }),
);
