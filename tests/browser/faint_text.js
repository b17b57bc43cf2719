// Every visible text of a page whose contrast with what lies behind it is below 4.5:1 (WCAG 2.2, 1.4.3), as a list of
// lines to read.  Colours may be translucent and elements faded, so both are blended before they are compared.
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {  // lets the browser read hsla(), color-mix() and the like
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = "transparent";  // which stays, should there be no color: fill="none"
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, bottom) => [0, 1, 2].map((i) => top[i] * top[3] + bottom[i] * (1 - top[3])).concat(1);
  const behind = (element) => {
    if (!element) return rgba("#fff");
    const own = rgba(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(element.parentElement));
  };
  // In a picture, text lies on the last shape drawn before it, or on what the picture lies on.
  const holds = (shape, text) => {
    const [outer, inner] = [shape, text].map((element) => element.getBoundingClientRect());
    const [x, y] = [inner.x + inner.width / 2, inner.y + inner.height / 2];
    return outer.left < x && x < outer.right && outer.top < y && y < outer.bottom;
  };
  const behindInPicture = (text, picture) => {
    const shapes = [...picture.querySelectorAll("rect, circle, ellipse")].filter((shape) =>
      shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING && holds(shape, text));
    return shapes.map((shape) => rgba(getComputedStyle(shape).fill))
      .reduce((back, fill) => over(fill, back), behind(picture.parentElement));
  };
  const opacity = (element) =>
    element ? getComputedStyle(element).opacity * opacity(element.parentElement) : 1;
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b]
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const isRead = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.getClientRects().length > 0 &&
    !element.closest("script, style, .headerlink, .md-top, .md-dialog");  // the last three fade in on demand

  const faint = new Set();
  const texts = document.createNodeIterator(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = texts.nextNode());) {
    const element = node.parentElement;
    const text = node.textContent.trim().slice(0, 40);
    if (!text || !isRead(element)) continue;
    const picture = element.closest("svg");
    const back = picture ? behindInPicture(element, picture) : behind(element);
    const [r, g, b, a] = rgba(getComputedStyle(element)[picture ? "fill" : "color"]);
    const front = over([r, g, b, a * opacity(element)], back);
    const [dark, light] = [luminance(front), luminance(back)].sort((x, y) => x - y);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) faint.add(`${contrast.toFixed(2)}:1 ${element.localName}.${element.getAttribute("class")}: ${text}`);
  }
  return [...faint];
}
