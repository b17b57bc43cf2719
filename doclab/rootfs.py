"""Root filesystems and images of throwaway hosts: how they are made, from Debian packages.

A root filesystem is what mmdebstrap makes of a suite.  The images are the data of a registry, one for all
engines; they are built from trixie with Docker itself, in a throwaway host, by the recipes in `images/`.
No mirror is named: apt's defaults, and a proxy in the environment, apply.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from doclab import cache
from doclab.boot import boot
from doclab.engines import DEFAULT, ENGINES, Engine
from doclab.host import MIRROR, Host, HostError, Progress

_RECIPES = Path(__file__).parent / "images"
_MIRROR_DATA = "var/lib/registry-mirror"
_CREATED = 1754697600  # seconds: 2025-08-09, the day of Debian 13; image ids then depend on contents alone

# Image, named as on Docker Hub -> Debian packages for its recipe, images/NAME.dockerfile, to install.
IMAGES = {
    "debian:13-slim": "",
    "busybox:1.37": "busybox-static",
    "registry:2": "docker-registry",
    "nginx:1.26": "nginx",
    "python:3.13-slim": "python3",
}

_MMDEBSTRAP = [
    "mmdebstrap",
    "--variant=minbase",
    '--aptopt=Acquire::Check-Valid-Until "false"',  # the lists of testing go stale on mirrors that are snapshots
    "--dpkgopt=path-exclude=/usr/share/doc/*",  # like the Hub's slim images
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/info/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
]
_FORGET_OPTIONS = 'rm -f "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/etc/dpkg/dpkg.cfg.d/99mmdebstrap'
# Without CAP_SYS_RESOURCE no limit can be raised; and an orderly stop of the daemon may take more than 10 s.
_MEND_INIT_SCRIPT = (
    r"sed -i 's|^\(\s*ulimit .*\)|\1 2>/dev/null \|\| true|; s|--retry 10|--retry 60|' "
    '"$1"/etc/init.d/docker'
)
_NO_SERVICES = (
    r"""printf '#!/bin/sh\nexit 101\n' >"$1"/usr/sbin/policy-rc.d; chmod 755 "$1"/usr/sbin/policy-rc.d"""
)


@contextmanager
def layers(engine: Engine, progress: Progress) -> Iterator[list[Path]]:
    """Yield the directories a host of `engine` is made of, topmost first; build what is missing.

    Until the caller is done, no other process removes them.  Raises HostError when a build fails.
    """
    with _images(progress) as images, _system(engine, progress) as system:
        yield [images, system]


def system(engine: Engine) -> Path:
    """Return where the root filesystem of `engine` is, or will be."""
    return cache.locate(*_system_recipe(engine))


def images() -> Path:
    """Return where the data of the images' registry is, or will be."""
    return cache.locate(*_images_recipe())


def _system_command(engine: Engine) -> list[str]:
    return [*_MMDEBSTRAP, f"--include={engine.packages}", *_hooks(_MEND_INIT_SCRIPT), str(engine.suite)]


def _system_recipe(engine: Engine) -> tuple[str, str]:
    return f"rootfs-{engine.suite}", repr(_system_command(engine))


def _system(engine: Engine, progress: Progress) -> AbstractContextManager[Path]:
    def build(directory: Path, scratch: Path) -> None:
        _debootstrap([*_system_command(engine), f"{directory}/"], scratch, progress)

    return cache.entry(*_system_recipe(engine), build, progress)


def _images_command() -> list[str]:
    downloads = [_download(image, packages) for image, packages in IMAGES.items() if packages]
    return [*_MMDEBSTRAP, *_hooks(_NO_SERVICES, *downloads, 'mv "$1"/debs .'), "trixie", "debian.tar"]


def _images_recipe() -> tuple[str, str]:
    recipes = {path.name: path.read_text() for path in sorted(_RECIPES.iterdir())}
    return "images", repr((_images_command(), recipes, IMAGES, _CREATED))


def _images(progress: Progress) -> AbstractContextManager[Path]:
    def build(directory: Path, scratch: Path) -> None:
        _debootstrap(_images_command(), scratch, progress)
        engine = ENGINES[DEFAULT]
        with _system(engine, progress) as system, boot(engine, [system], progress) as host:
            context = host.outside("/root/images")
            shutil.copytree(_RECIPES, context)
            shutil.copytree(scratch / "debs", context / "debs")
            shutil.copy(scratch / "debian.tar", context)
            for image in IMAGES:
                _build_image(host, image, progress)
            shutil.copytree(host.outside(_MIRROR_DATA), directory / _MIRROR_DATA)

    return cache.entry(*_images_recipe(), build, progress)


def _hooks(*commands: str) -> list[str]:
    return [f"--customize-hook={command}" for command in (*commands, _FORGET_OPTIONS)]


def _download(image: str, packages: str) -> str:
    """Return the hook that downloads what an image needs on top of debian:13-slim, into debs/NAME."""
    debs = f"debs/{_name(image)}"
    return (
        f'mkdir -p "$1"/{debs}/partial; chroot "$1" apt-get install --yes --download-only '
        f"--no-install-recommends --option Dir::Cache::archives=/{debs} {packages}"
    )


def _name(image: str) -> str:
    return image.partition(":")[0]


def _build_image(host: Host, image: str, progress: Progress) -> None:
    """Build an image in the host, by the host's own registry's name and by its own, and push it."""
    progress(f"building the image {image}")
    pushed = f"{MIRROR}/library/{image}"
    build = ["docker", "build", f"--tag={pushed}", f"--tag={image}", f"--file={_name(image)}.dockerfile"]
    for command in (
        [*build, f"--build-arg=SOURCE_DATE_EPOCH={_CREATED}", "--progress=plain", "."],
        ["docker", "push", "--quiet", pushed],
    ):
        result = subprocess.run(
            host.argv(command, "/root/images"),
            check=False,  # the output says more than an exception would
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if result.returncode:
            raise HostError(f"the recipe of {image} failed; mend doclab/images:\n{result.stdout[-3000:]}")


def _debootstrap(command: Sequence[str], scratch: Path, progress: Progress) -> None:
    """Run mmdebstrap in `scratch`, alone in a process namespace: it ends when this process does, at any moment."""
    if not shutil.which(command[0]):
        raise HostError("mmdebstrap is not installed. Run: nox -s setup")
    alone = ["setpriv", "--pdeathsig=KILL", "unshare", "--pid", "--mount-proc", "--fork", "--kill-child"]
    lines: list[str] = []
    with subprocess.Popen(
        [*alone, *command],
        cwd=scratch,
        env={**os.environ, "TMPDIR": str(scratch), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C is for us, who then end it
    ) as process:
        try:
            for line in process.stdout or ():
                lines.append(line.rstrip())
                if line.startswith("I: ") and line.endswith("...\n"):  # a step that takes time
                    progress(f"  {lines[-1][3:]}")
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise HostError(
            f"mmdebstrap failed with status {process.returncode}. It needs the network, and about a gigabyte; "
            "when both are there, run the command again:\n  " + "\n  ".join(lines[-15:])
        )
