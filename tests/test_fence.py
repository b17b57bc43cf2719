"""The site shows a fence's text unchanged, copies its commands and nothing else, and says where and why it does not run."""

from html.parser import HTMLParser

import pytest

from doclab import fence
from doclab.blocks import render


class Reading(HTMLParser):
    """What a browser makes of a fence: its text, the text of each kind of span, its attributes, its notes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.notes, self.titles = "", [], []
        self.spans: dict[str, list[str]] = {"gp": [], "command": [], "output": []}
        self.attributes: dict[str, str] = {}
        self.open: list[str] = []
        self.tags: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, "every element must be closed"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        attributes = dict(attrs)
        if tag == "input":  # the only one without an end
            return
        self.open.append(attributes.get("class", tag) if tag in ("span", "p") else tag)
        if tag == "div":
            self.attributes = attributes
        for kind, texts in [*self.spans.items(), ("doclab-note", self.notes), ("filename", self.titles)]:
            if attributes.get("class") == kind:
                texts.append("")

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        if "pre" in self.open and "doclab-aloud" not in self.open:
            self.text += data
        for kind, texts in [*self.spans.items(), ("doclab-note", self.notes), ("filename", self.titles)]:
            if kind in self.open:
                texts[-1] += data


def read(source: str, language: str = "console", classes: list[str] | None = None, **options: str) -> Reading:
    return Reading(fence.format(source, language, language, options, None, classes=classes))


# transcript: what its button copies.
TRANSCRIPTS = {
    "$ a": "a",
    "$ a\nb": "a",
    "$ a\n# not a command\n$ b": "a\nb",
    "$ a\n> not a continuation": "a",
    "$ for i in 1 2; do\n>   echo $i\n> done\n1\n2\n$ b": "for i in 1 2; do\n  echo $i\ndone\nb",
    "$ cat > Dockerfile <<'E'\n> FROM a\n>\n> # b\n> \tRUN c\n> E\n$ b": "cat > Dockerfile <<'E'\nFROM a\n\n# b\n\tRUN c\nE\nb",
    "$ a \\\n> b": "a \\\nb",
    "$ a\n\n  b\n": "a",
    '$ echo \'<b>&amp;</b>\' "$A"\n<b>&amp;</b> "q"': "echo '<b>&amp;</b>' \"$A\"",
    "$ echo xin chào\nxin chào": "echo xin chào",
    "$ printf 'a\tb'\na\tb": "printf 'a\tb'",
    "$ # a comment\n$ a": "# a comment\na",
    "$ a\n...\n$ b": "a\nb",
}


@pytest.mark.parametrize("source", TRANSCRIPTS)
def test_a_transcript_keeps_its_text(source):
    assert source == read(source).text.removesuffix("\n")


@pytest.mark.parametrize("source", TRANSCRIPTS)
def test_only_commands_are_copied_and_whole(source):
    assert TRANSCRIPTS[source] == read(source).attributes["data-copy"]


def test_prompts_commands_and_outputs_are_told_apart():
    spans = read("$ for i in 1; do\n> a\n> done\n$ out\n> more\n$ b").spans
    assert ["$ ", "> ", "> ", "$ ", "$ "] == spans["gp"]
    assert ["for i in 1; do", "a", "done", "out", "b"] == spans["command"]
    assert ["> more"] == spans["output"]


def test_what_is_typed_into_a_program_is_not_copied():
    reading = read(
        "$ docker run -it busybox:1.37\n/ # hostname\n1ae3c207dbad\n/ # exit\n$ a", classes=["tty"]
    )
    assert "docker run -it busybox:1.37\na" == reading.attributes["data-copy"]
    assert "$ docker run -it busybox:1.37\n/ # hostname\n1ae3c207dbad\n/ # exit\n$ a\n" == reading.text


def test_keys_have_no_prompt():
    reading = read("$ sleep 9\n^C\n$ a", classes=["tty"])
    assert "$ sleep 9\n^C\n$ a\n" == reading.text
    assert "sleep 9\na" == reading.attributes["data-copy"]


PROGRAM = 'import os\n\nfor a in "<b>", "&":\n    print(f"{a} chào")\n    #> <b> chào'


def test_a_program_keeps_its_text_and_is_copied_whole():
    reading = read(PROGRAM, "python")
    assert PROGRAM == reading.text.removesuffix("\n")
    assert PROGRAM == reading.attributes["data-copy"]


def test_a_program_shows_the_name_under_which_it_is_saved():
    assert ["a&b.py"] == read(PROGRAM, "python", title="a&b.py").titles
    assert [] == read(PROGRAM, "python").titles


def test_the_site_says_why_a_block_does_not_run():
    reading = read("$ a", classes=["no-run"], reason='cần "tài khoản" <Hub> & mạng')
    assert 'cần "tài khoản" <Hub> & mạng' == reading.attributes["data-reason"]
    assert ['cần "tài khoản" <Hub> & mạng'] == reading.notes
    assert "no-run" in reading.attributes["class"].split()


def test_the_site_says_on_which_engines_a_block_runs():
    reading = read("$ a", engine=">=23,<28")
    assert ">=23,<28" == reading.attributes["data-engine"]
    assert ["Docker >=23,<28"] == reading.notes


def test_the_site_says_what_does_not_run_on_docker_desktop():
    html = fence.format("$ a", "console", "console", {"needs": "linux-host"}, None)
    assert html.count(fence.LINUX_HOST) == 1
    assert fence.LINUX_HOST not in fence.format("$ a", "console", "console", {}, None)


def test_a_block_that_runs_everywhere_has_no_notes():
    reading = read("$ a")
    assert [] == reading.notes
    assert {"class", "data-copy"} == set(reading.attributes)
    assert {"language-console", "highlight", "doclab"} == set(reading.attributes["class"].split())


def test_long_outputs_can_be_unfolded_and_short_ones_need_not():
    long = "\n".join(map(str, range(fence.FOLDED + 1)))
    for source, expected in ((f"$ a\n{long}", 1), (f"$ a\n{long[:-3]}\n$ b\nc", 0)):
        html = fence.format(source, "console", "console", {}, None)
        assert expected == html.count("doclab-long") == html.count("checkbox")
        assert source == read(source).text.removesuffix("\n")


def test_screen_readers_hear_which_is_which_instead_of_the_prompt():
    html = fence.format("$ a\nb\n$ c", "console", "console", {}, None)
    aloud = [word for word in (fence.COMMAND, fence.OUTPUT) for _ in range(html.count(word))]
    assert [fence.COMMAND, fence.COMMAND, fence.OUTPUT] == aloud
    assert html.count('class="gp" aria-hidden="true"') == 2


@pytest.mark.parametrize(
    "hostile", ["</pre><script>", '" onclick="a', "' onclick='a", "&lt;", "<!--", "]]>", "\x02", "</span>"]
)
def test_no_text_becomes_markup(hostile):
    for reading in (
        read(f"$ a # {hostile}\n{hostile}", reason=hostile, engine=hostile),
        read(hostile, "python"),
    ):
        assert {"div", "pre", "code", "span", "p"} >= set(reading.tags)
        assert {"class", "data-copy", "data-engine", "data-reason"} >= set(reading.attributes)
        assert hostile in reading.text
        assert hostile in reading.attributes["data-copy"]
    assert [f"Docker {hostile}", hostile] == read("$ a", reason=hostile, engine=hostile).notes


@pytest.mark.parametrize(
    "before, indent",
    [
        ("", ""),
        ("- a\n\n", "    "),
        ("!!! note\n\n", "    "),
        ('=== "A"\n\n', "    "),
        ("- a\n    - b\n\n", "        "),
    ],
)
def test_what_is_copied_is_the_same_in_lists_tabs_and_admonitions(before, indent, tmp_path):
    rows = ["```console", "$ cat <<'E'", "> a", ">", ">     b", "> E", "a", "", "    b", "```"]
    page = tmp_path / "page.md"
    page.write_text(before + "".join(f"{indent}{row}\n" for row in rows), encoding="utf-8")
    html = render(page)
    start = html.index('<div class="language-console')
    reading = Reading(html[start : html.index("</div>", start) + len("</div>")])
    assert "cat <<'E'\na\n\n    b\nE" == reading.attributes["data-copy"]
    assert "\n".join(rows[1:-1]) + "\n" == reading.text


def test_every_attribute_is_taken_so_that_superfences_never_makes_prose_of_a_fence():
    options: dict[str, str] = {}
    assert fence.validate("console", {"reason": "b", "anything": "c"}, options, {}, None)
    assert {"reason": "b", "anything": "c"} == options
