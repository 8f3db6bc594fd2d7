#!/usr/bin/env python3
"""Runs a command that may not make an io_uring, nor may what it starts: as under the seccomp profiles of containers.

Usage: without_io_uring.py COMMAND...
"""
import ctypes
import errno
import os
import platform
import struct
import sys

# <linux/prctl.h>, <linux/seccomp.h>, <linux/bpf_common.h>
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
RET_ALLOW, RET_ERRNO = 0x7FFF0000, 0x00050000
IO_URING_SETUP = 425  # on every architecture


class Program(ctypes.Structure):
    """struct sock_fprog"""
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def forbid(system_call):
    def instruction(code, operand, if_true=0, if_false=0):
        return struct.pack("HBBI", code, if_true, if_false, operand)

    code = (instruction(LOAD_WORD, 0)  # the number of the call
            + instruction(JUMP_IF_EQUAL, system_call, 0, 1)
            + instruction(RETURN, RET_ERRNO | errno.EPERM)
            + instruction(RETURN, RET_ALLOW))
    program = Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or \
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0):
        raise SystemExit(f"without_io_uring: {os.strerror(ctypes.get_errno())} ({platform.machine()})")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    forbid(IO_URING_SETUP)
    os.execvp(sys.argv[1], sys.argv[1:])
