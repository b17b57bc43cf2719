// What the theme leaves out.  Everything here listens on the document, so it needs no page to be ready.

// The theme searches on keyup only.  Text also arrives by mouse (paste, drop) and from input methods,
// which many Vietnamese readers type with.
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-md-component=search-query]")) {
    event.target.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
  }
});

// The search index is fetched when somebody is about to search, not with every page.  The worker asks for the same file
// with the first key, and finds it in the browser's cache.
document.addEventListener("focusin", function warm(event) {
  if (!event.target.matches("[data-md-component=search-query]") || location.protocol === "file:") return;
  document.removeEventListener("focusin", warm);
  const { base } = JSON.parse(document.getElementById("__config").textContent);
  fetch(new URL(`${base}/search/${document.documentElement.lang}.json`, location)).catch(() => {});
});

// The language switch leads to the same page; take the section along.  Headings have the same id in both languages.
for (const type of ["pointerdown", "click"]) {
  document.addEventListener(type, (event) => {
    const link = event.target.closest("a[hreflang]");
    if (link) link.hash = location.hash;
  }, { capture: true });
}

// On paper nothing can be opened: print what is closed, too, and close it again.
addEventListener("beforeprint", () => {
  const closed = [...document.querySelectorAll("article details:not([open], .doclab-evidence)")];
  for (const details of closed) details.open = true;
  addEventListener("afterprint", () => { for (const details of closed) details.open = false; }, { once: true });
});

// What the theme puts into the page as it goes, mended as theme/mend.py mends the rest.
new MutationObserver(() => {
  // A <nav> around each copy button would be a landmark of the page, hundreds of them, all with one name.
  for (const nav of document.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "none");
  // A table that scrolls must scroll with the keyboard, too.
  for (const table of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) table.tabIndex = 0;
}).observe(document.body, { childList: true, subtree: true });
