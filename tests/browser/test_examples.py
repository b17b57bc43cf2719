"""Claims that examples serve people: copied, they run in bash and in zsh; long outputs fold; ears and phones are thought of."""

import html
import re
import shutil
import subprocess

import pytest
from conftest import DESKTOP, PHONE
from playwright.sync_api import Page, expect

# Words that zsh keeps for itself; a page that sets them works in bash alone.
OF_ZSH = "argv cdpath commands fignore fpath functions history mailpath manpath options path pipestatus prompt psvar status"
COPIED = """cat > note.txt <<'EOF'
$HOME is not expanded
EOF
for word in $(cat note.txt | tr ' ' '\\n' | sort); do
  echo "# $word"
done"""


def copies(site_folder) -> dict[str, list[str]]:
    """What the copy button of each transcript gives, by page."""
    found = {}
    for file in sorted(site_folder.rglob("index.html")):
        blocks = re.findall(
            r'<div class="language-console[^>]*?data-copy="([^"]*)"', file.read_text(encoding="utf-8")
        )
        found[str(file.parent.relative_to(site_folder))] = [html.unescape(block) for block in blocks]
    return found


@pytest.fixture(scope="module")
def shells() -> dict[str, list[str]]:
    commands = {
        "bash": ["bash", "--norc"],
        "zsh": ["zsh", "-f", "+o", "zle", "+o", "promptsp"],
    }  # no line editor: it would echo
    missing = [name for name in commands if not shutil.which(name)]
    assert not missing, f"There is no {', '.join(missing)} here.  Install it with `nox -s setup`."
    return commands


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_every_copied_block_is_whole_in_both_shells(built, shells, shell):
    checked = 0
    for page, blocks in copies(built).items():
        for block in blocks:
            done = subprocess.run(
                [*shells[shell], "-n"], input=block, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, (
                f"{shell} does not understand what {page} lets copy:\n{block}\n{done.stderr}"
            )
            checked += 1
    assert checked > 300


def test_no_copied_block_needs_what_zsh_lacks(built):
    reserved = re.compile(
        rf"(?:^|[;&|(]\s*|\bfor |\bread |\blocal )({'|'.join(OF_ZSH.split())})(?:=| in\b|$)", re.MULTILINE
    )
    for page, blocks in copies(built).items():
        for block in blocks:
            assert not reserved.search(block), f"{page} sets a name that zsh keeps for itself:\n{block}"
            assert not re.search(r"\bfor \w+ in \$\w", block), (
                f"zsh splits no variable into words: {page}:\n{block}"
            )


def run_pasted(command: list[str], text: str, folder) -> str:
    """What an interactive shell prints when the text is pasted into its terminal."""
    script = ["script", "--quiet", "--return", "--command", " ".join([*command, "-i"]), "/dev/null"]
    env = {"PS1": "", "PS2": "", "PATH": "/usr/bin:/bin", "TERM": "dumb", "HOME": str(folder)}
    pasted = f"stty -echo; PS1= PS2=\necho begin\n{text}\necho end\nexit\n"
    done = subprocess.run(
        script, input=pasted, cwd=folder, env=env, capture_output=True, text=True, timeout=20, check=False
    )
    return done.stdout.replace("\r", "")


def test_no_command_is_a_comment(built):
    for file in built.rglob("index.html"):
        found = re.search(r'class="command"><span class="c1">.*', file.read_text(encoding="utf-8"))
        assert not found, f"in {file}: pasted into zsh, a comment is a command that is not found: {found[0]}"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_is_copied_runs_in_both_shells(open_page, shells, shell, tmp_path):
    page = open_page("specimen/")
    block = page.locator("#paste ~ .doclab").first
    block.hover()
    block.locator("button[data-md-type=copy]").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == COPIED
    expected = block.locator(".output").all_inner_texts()
    printed = run_pasted(shells[shell], copied, tmp_path)
    assert printed.split("\nbegin\n")[-1].split("\nend")[0].strip() == "\n".join(expected), printed


def test_line_numbers_are_never_selected_or_copied(open_page):
    page = open_page("specimen/")
    block = page.locator(".highlight", has=page.locator("[data-linenos]"))
    selected = block.locator("code").evaluate(
        "code => { getSelection().selectAllChildren(code); return getSelection().toString(); }"
    )
    assert selected.startswith("services:") and "7" not in selected
    block.hover()
    block.locator("button[data-md-type=copy]").click()
    assert page.evaluate("navigator.clipboard.readText()").startswith("services:\n  web:\n")


def long_output(page: Page):
    return page.locator("#long ~ .doclab").first


def test_a_long_output_folds_and_unfolds(open_page, screenshot):
    page = open_page("specimen/", viewport=DESKTOP)
    block, output = long_output(page), long_output(page).locator(".doclab-long")
    folded = output.bounding_box()["height"]
    assert folded < 13 * 25
    button = page.get_by_role("checkbox", name="Hiện hết các dòng")
    block.scroll_into_view_if_needed()
    screenshot(page, "folded")
    button.focus()
    page.keyboard.press("Space")
    assert output.bounding_box()["height"] > 2 * folded
    following = block.locator(".command").nth(1).bounding_box()
    last = output.bounding_box()
    assert following["y"] >= last["y"] + last["height"] - 8, "the command after a long output lies over it"


def test_a_long_output_unfolds_without_scripts_and_prints_whole(open_page):
    page = open_page("specimen/", java_script_enabled=False)
    output = long_output(page).locator(".doclab-long")
    folded = output.bounding_box()["height"]
    long_output(page).locator("input").check()
    whole = output.bounding_box()["height"]
    assert whole > 2 * folded
    long_output(page).locator("input").uncheck()
    page.emulate_media(media="print")
    assert output.bounding_box()["height"] > 2 * folded


def test_a_screen_reader_hears_commands_and_outputs(open_page):
    for path, command, output in (
        ("specimen/", "Lệnh:", "Kết quả:"),
        ("en/specimen/", "Command:", "Output:"),
    ):
        page = open_page(path)
        heard = page.locator("#copy ~ .doclab code").first.aria_snapshot()
        assert re.search(rf"{command}.*{output}", heard, re.DOTALL), f"the transcript is read as\n{heard}"
        assert "$ " not in heard.replace("$ i", ""), "the prompt is read aloud"


@pytest.mark.parametrize(
    ("path", "told", "why"),
    [
        ("concepts/engine/", "Docker 26.1.5: đúng như trên trang, 31/1/2026", "không chạy: cần Docker <23"),
        ("en/concepts/engine/", "Docker 26.1.5: held as shown, 2026-01-31", "not run: needs Docker <23"),
    ],
)
def test_marks_open_by_key_and_tell_the_day_and_why_not(open_page, path, told, why):
    page = open_page(path, viewport=PHONE)
    for text in (told, why):
        marks = page.locator(".doclab-evidence").filter(has_text=text).first
        line = marks.locator("li").filter(has_text=text).first
        expect(line).to_be_hidden()
        marks.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(line).to_be_visible()


def test_marks_are_heard_without_opening_them(open_page):
    heard = open_page("en/concepts/engine/").locator(".doclab-evidence").first.aria_snapshot()
    assert "26.1 : held as shown" in heard and "✓" not in heard, heard


@pytest.mark.parametrize("path", ["specimen/", "linking/link/"])
def test_transcripts_scroll_within_a_phone(open_page, path):
    page = open_page(path, viewport=PHONE)
    for code in page.locator(".doclab pre > code").all()[:20]:
        box = code.bounding_box()
        if box:
            assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
            assert float(code.evaluate("code => parseFloat(getComputedStyle(code).fontSize)")) >= 12
