/* Makes each sync take one millisecond and counts it: a disk that is the same everywhere. For LD_PRELOAD, on a tmpfs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Atomic long *counter;

__attribute__((constructor)) static void open_counter(void) {
    const char *path = getenv("SLOW_SYNC_COUNTER");
    int file = path ? open(path, O_RDWR) : -1;
    if (file < 0) return;
    void *found = mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (found != MAP_FAILED) counter = found;
}

static long slow(long call, int file) {
    struct timespec millisecond = {0, 1000000};
    nanosleep(&millisecond, NULL);
    if (counter) atomic_fetch_add(counter, 1);
    return syscall(call, file);
}

int fsync(int file) { return (int)slow(SYS_fsync, file); }
int fdatasync(int file) { return (int)slow(SYS_fdatasync, file); }
