// Recordings (theme/recordings.py): the player is fetched when the first of them is opened.
const vendor = new URL("vendor/", document.currentScript.src);

let player;
function fetchPlayer() {
  player ??= new Promise((resolve, reject) => {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("asciinema-player.css", vendor) });
    const script = Object.assign(document.createElement("script"), { src: new URL("asciinema-player.js", vendor) });
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(style, script);
  });
  return player;
}

for (const recording of document.querySelectorAll("details[data-cast]")) {
  // Not "toggle": the theme opens all there is before a page is printed.
  recording.querySelector("summary").addEventListener("click", async () => {
    recording.player?.[recording.open ? "pause" : "play"]();
    if (recording.player) return;
    await fetchPlayer();
    const { cast } = recording.dataset;
    const screen = recording.appendChild(document.createElement("div"));
    screen.className = "doclab-recording__screen";
    screen.style.setProperty("--columns", JSON.parse(cast.split("\n", 1)[0]).width);
    recording.player = AsciinemaPlayer.create({ data: cast }, screen, {
      autoPlay: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      fit: "width",
      theme: "hieu-docker",
      terminalFontFamily: "var(--md-code-font), monospace",
    });
  });
}
