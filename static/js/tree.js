// Which streets stand open is kept in the address, so that a reload and the way back find them so.
const parts = [...document.querySelectorAll("details[data-tree]")];

function keep() {
  const open = parts.filter((part) => part.open).map((part) => part.dataset.tree);
  const address = new URL(location.href);
  address.searchParams.delete("open");
  if (open.length) address.searchParams.set("open", open.join(","));
  history.replaceState(history.state, "", address);
}

// Only what a person does: a part that the page opens by itself reports a toggle as well.
for (const part of parts) {
  part.querySelector("summary").addEventListener("click", () => setTimeout(keep));
}
