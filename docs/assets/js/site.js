// Two things the theme leaves out.  Both listen on the document, so they need no page to be ready.

// The theme searches on keyup only.  Text also arrives by mouse (paste, drop) and from input methods,
// which many Vietnamese readers type with.
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-md-component=search-query]")) {
    event.target.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
  }
});

// The language switch leads to the same page; take the section along.  Headings have the same id in both languages.
for (const type of ["pointerdown", "click"]) {
  document.addEventListener(type, (event) => {
    const link = event.target.closest("a[hreflang]");
    if (link) link.hash = location.hash;
  }, { capture: true });
}
