// "Once more" counts down to the moment that the server named. Without this it is a plain button, and refused before.

const button = document.querySelector("[data-wait]");

function countDown(until, label) {
  const left = Math.ceil((until - Date.now()) / 1000);
  button.disabled = left > 0;
  if (left <= 0) {
    button.textContent = label;
    return;
  }
  const isLong = left > 90;
  const text = isLong ? button.dataset.minutes : button.dataset.seconds;
  button.textContent = text.replace("0", isLong ? Math.ceil(left / 60) : left);
  setTimeout(() => countDown(until, label), 1000);
}

if (button) {
  document.querySelector("[data-wait-note]")?.remove();
  countDown(Date.now() + Number(button.dataset.wait) * 1000, button.textContent.trim());
}
