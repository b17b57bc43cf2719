// A picture with steps to choose (theme/steps.py): what belongs to the chosen one is on, all else is off.
for (const figure of document.querySelectorAll("figure.steps")) {
  figure.addEventListener("click", ({ target }) => {
    const button = target.closest("fieldset button");
    if (!button) return;
    for (const part of figure.querySelectorAll("[data-steps]")) {
      part.classList.toggle("is-on", part.dataset.steps.split(" ").includes(button.value));
    }
    figure.querySelector("[aria-current]")?.removeAttribute("aria-current");
    button.setAttribute("aria-current", "step");
    // Another choice may have taken the place of the button: a keyboard goes on there.
    const choice = figure.querySelector("fieldset.is-on");
    if (!choice.contains(button)) choice.querySelector("button").focus({ preventScroll: true });
  });
}
