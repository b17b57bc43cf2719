"""Claims that what docs/assets has from npm is what `nox -s vendor` makes of the versions in package.json, to the byte."""

from conftest import ROOT

from theme import vendor


def test_assets_are_those_of_package_json(tmp_path):
    vendor.main(tmp_path)
    made = {path.relative_to(tmp_path): path for path in tmp_path.rglob("*") if path.is_file()}
    assert len(made) >= 9
    for name, path in made.items():
        kept = ROOT / "docs/assets" / name
        assert kept.is_file() and kept.read_bytes() == path.read_bytes(), (
            f"{name} differs: run `nox -s vendor`"
        )
    fonts = {path.relative_to(ROOT / "docs/assets") for path in (ROOT / "docs/assets/fonts").iterdir()}
    assert fonts <= set(made), "a font is there that nothing makes: delete it"
