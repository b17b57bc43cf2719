"""`nox -s setup`: what the project needs from the system, on Debian and Ubuntu."""

import os
import shutil
import subprocess
import sys

from doclab import rootfs
from doclab.engines import DEFAULT, ENGINES
from doclab.host import HostError

PACKAGES = {
    "chromium": "reads the built site, in `nox -s browser`",
    "debian-archive-keyring": "the keys of the Debian that throwaway hosts are made of",
    "git": "finds out when a page and its translation changed",
    "mmdebstrap": "makes the root filesystem of throwaway hosts",
    "openssl": "makes a certificate, in `nox -s tests`",
    "procps": "ps: finds what a page leaves running",
    "util-linux": "unshare and nsenter: makes and enters throwaway hosts",
    "zsh": "runs what the site lets copy, in `nox -s browser`",
    "zsh-static": "runs whole pages in a throwaway host, in `nox -s tests`",
}


def main() -> int:
    """Install missing packages and build what throwaway hosts are made of; return an exit status."""
    if not shutil.which("apt-get"):
        print("setup: not Debian or Ubuntu. Install what follows yourself, or verify with --engine host:")
        print("\n".join(f"  {name:24}{why}" for name, why in PACKAGES.items()))
        return 1
    missing = [name for name in PACKAGES if not _is_there(name)]
    if missing and not _install(missing):
        print(
            "setup: not everything could be installed, see above. Where apt-get has no chromium, as on Ubuntu, "
            "get one that the command `chromium` starts, and run this again"
        )
        return 1
    if os.geteuid() != 0:
        print("setup: throwaway hosts need root; `sudo nox -s setup` builds them. Without: --engine host")
        return 0
    try:
        with rootfs.layers(ENGINES[DEFAULT], lambda line: print(f"setup: {line}", flush=True)):
            print("setup: everything is there")
    except HostError as error:
        print(f"setup: {error}")
        return 1
    return 0


def _is_there(package: str) -> bool:
    """Whether it is installed, or its command is: Ubuntu has no Chromium in packages, but may have one all the same."""
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    status = subprocess.run(query, check=False, capture_output=True, text=True).stdout
    return status == "installed" or shutil.which(package) is not None


def _install(packages: list[str]) -> bool:
    print("setup: installing with apt-get:")
    print("\n".join(f"  {name:24}{PACKAGES[name]}" for name in packages), flush=True)
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    return all(
        subprocess.run([*sudo, *command], check=False).returncode == 0
        for command in (
            ["apt-get", "update"],
            ["apt-get", "install", "--yes", "--no-install-recommends", *packages],
        )
    )


if __name__ == "__main__":
    sys.exit(main())
