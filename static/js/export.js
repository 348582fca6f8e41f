// A file that was just made comes by itself; without this script one presses the button.
const form = document.querySelector("form[data-download-now]");
if (form) {
  // Coming back to this page, or loading it again, must not take the file once more.
  history.replaceState(null, "", location.pathname);
  // Not before the page is all there: what leads elsewhere stops whatever is still on its way.
  window.addEventListener("load", () => form.submit());
}
