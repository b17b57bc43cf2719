// What html-validate asks of every page: the standard's rules.  What is off concerns the theme's markup, and says why.
export default {
  root: true,
  extends: ["html-validate:standard"],
  rules: {
    "doctype-style": "off", // a matter of style, as are the next two
    "no-trailing-whitespace": "off",
    "presentation-role-style": "off",
    "input-attributes": "off", // autocomplete=off on the drawer's checkbox: it keeps Firefox from opening it on reload
    "unique-landmark": "off", // the table of contents is there twice, shown once: axe judges what is shown (test_access.py)
    "valid-autocomplete": "off", // see input-attributes
    "valid-id": ["error", { relaxed: true }], // __drawer and the like are valid HTML
    "wcag/h32": "off", // the colour scheme is chosen by radio buttons in a form that is never sent
  },
};
