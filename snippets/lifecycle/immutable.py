"""Do what chattr does: python3 immutable.py +i PATH, or -i PATH to undo it."""

import fcntl
import os
import sys

GET, SET, IMMUTABLE = 0x80086601, 0x40086602, 0x10  # from Linux's <linux/fs.h>

change, path = sys.argv[1:]
file = os.open(path, os.O_RDONLY)
flags = int.from_bytes(fcntl.ioctl(file, GET, bytes(4)), sys.byteorder)
flags = flags | IMMUTABLE if change == "+i" else flags & ~IMMUTABLE
fcntl.ioctl(file, SET, flags.to_bytes(4, sys.byteorder))
