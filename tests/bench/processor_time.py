"""The clock of the programs that are started from here becomes that of their own processor time: others on the machine are not counted. Honest with one thread alone. Needs cc, on Linux."""
import os, subprocess

SOURCE = '''#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *t) { return (int)syscall(SYS_clock_gettime, id == CLOCK_MONOTONIC ? CLOCK_PROCESS_CPUTIME_ID : id, t); }
'''

def use(folder):
    """Compiles the clock into folder and has every program started from now on take it."""
    with open(folder + "/clock.c", "w", encoding="utf-8") as out:
        out.write(SOURCE)
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", folder + "/clock.so", folder + "/clock.c"], check=True)
    os.environ["LD_PRELOAD"] = os.path.abspath(folder + "/clock.so")
