/*
 * What this machine can do at best: the loops of the benchmarks in plain C, with nothing around the system calls.
 *
 *   ceiling spawn N                                              prints children per second
 *   ceiling spawn-by-thread N                                    prints children per second
 *   ceiling trip N pipe|socketpair                               prints microseconds of processor time per trip
 *   ceiling read BYTES pipe|socketpair PIPE_BYTES READ_BYTES     prints bytes per second
 *   ceiling write BYTES pipe|socketpair PIPE_BYTES WRITE_BYTES   prints bytes per second
 *
 * 1. spawn: one child after another. Three pipes, /bin/true with an end of each as descriptors 0, 1 and 2, both outputs
 *    read to the end, the child reaped. These reads block, because there is nothing else to do.
 *    spawn-by-thread: the same for a program that has a loop and may not block it. Another thread starts the child, and
 *    the loop is an epoll that hears of the child, of its outputs and, by a pidfd, of its end.
 * 2. trip: a line of 40 bytes through cat and back, with a wait in epoll for it. The time counts that this process had a
 *    processor.
 * 3. read: dd writes zeros into a pipe or a socket pair, 1 MiB a call. write: cat reads and throws away.
 * 4. read, write: our end is non-blocking. A call that moved less than it could is followed by a wait in epoll.
 * 5. PIPE_BYTES is what the pipe is made to hold; 0 leaves it as it is, and is the only choice for a socket pair.
 * 6. The time runs from before the pipes are made until the child is reaped. Our memory was written to before.
 * 7. A system call that fails, a child that fails, and a byte too many or too few end the program without a figure.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB 1048576L
/* In place of a descriptor: the child gets /dev/null. */
#define NOTHING -1

extern char **environ;

/* The two ends of a pipe or of a socket pair. */
struct ends {
  int ours;
  int childs;
};

static void fail(const char *what, int error) {
  fprintf(stderr, "%s: %s\n", what, strerror(error));
  exit(1);
}

/* Passes on what a system call returned, unless that says that it failed. */
static int checked(const char *what, int result) {
  if (result < 0) {
    fail(what, errno);
  }
  return result;
}

/* The functions of posix_spawn return the error. */
static void check_spawn(const char *what, int error) {
  if (error != 0) {
    fail(what, error);
  }
}

static double now(void) {
  struct timespec time;
  checked("clock_gettime", clock_gettime(CLOCK_MONOTONIC, &time));
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Starts a program with these descriptors as its 0, 1 and 2. A name with a slash is not looked for in the PATH. */
static pid_t start(char *const argv[], const int fds[3]) {
  posix_spawn_file_actions_t actions;
  pid_t pid;
  check_spawn("posix_spawn_file_actions_init", posix_spawn_file_actions_init(&actions));
  for (int fd = 0; fd < 3; fd += 1) {
    int error = fds[fd] == NOTHING ? posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0)
                                   : posix_spawn_file_actions_adddup2(&actions, fds[fd], fd);
    check_spawn("posix_spawn_file_actions", error);
  }
  check_spawn(argv[0], posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ));
  check_spawn("posix_spawn_file_actions_destroy", posix_spawn_file_actions_destroy(&actions));
  return pid;
}

/* Waits for a child; it must have succeeded. */
static void reap(pid_t pid) {
  int status;
  checked("waitpid", waitpid(pid, &status, 0));
  if (status != 0) {
    fprintf(stderr, "the child ended with status %#x\n", (unsigned)status);
    exit(1);
  }
}

static void close_end(int fd) {
  checked("close", close(fd));
}

static struct ends make_pipe(int we_write) {
  int pair[2];
  checked("pipe2", pipe2(pair, O_CLOEXEC));
  return (struct ends){.ours = pair[we_write ? 1 : 0], .childs = pair[we_write ? 0 : 1]};
}

/* Makes what `kind` says, our end non-blocking. */
static struct ends make_ends(const char *kind, int pipe_bytes, int we_write) {
  struct ends ends;
  if (strcmp(kind, "pipe") == 0) {
    ends = make_pipe(we_write);
    if (pipe_bytes > 0) {
      checked("fcntl(F_SETPIPE_SZ)", fcntl(ends.ours, F_SETPIPE_SZ, pipe_bytes));
    }
  } else if (strcmp(kind, "socketpair") == 0 && pipe_bytes == 0) {
    int pair[2];
    checked("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
    ends = (struct ends){.ours = pair[0], .childs = pair[1]};
  } else {
    fail(kind, EINVAL);
  }
  int flags = checked("fcntl(F_GETFL)", fcntl(ends.ours, F_GETFL));
  checked("fcntl(F_SETFL)", fcntl(ends.ours, F_SETFL, flags | O_NONBLOCK));
  return ends;
}

static int watch(int fd, unsigned events) {
  struct epoll_event event = {.events = events};
  int epoll = checked("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
  checked("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
  return epoll;
}

static void wait_ready(int epoll) {
  struct epoll_event event;
  if (epoll_wait(epoll, &event, 1, -1) < 0 && errno != EINTR) {
    fail("epoll_wait", errno);
  }
}

/* Returns `count` as read() and write() returned it, or 0 if nothing could be moved now. */
static size_t moved(const char *what, ssize_t count) {
  if (count < 0 && errno != EAGAIN) {
    fail(what, errno);
  }
  return count < 0 ? 0 : (size_t)count;
}

/* Reads to the end and returns how many bytes there were. */
static long read_all(int fd, char *memory, size_t size) {
  int epoll = watch(fd, EPOLLIN);
  long total = 0;
  for (;;) {
    ssize_t count = read(fd, memory, size);
    if (count == 0) {
      break;
    }
    size_t bytes = moved("read", count);
    total += (long)bytes;
    if (bytes < size) {
      wait_ready(epoll);
    }
  }
  close_end(epoll);
  return total;
}

/* Writes so many bytes, `size` of them with one call as long as there are as many left. */
static void write_all(int fd, const char *memory, size_t size, long total) {
  int epoll = watch(fd, EPOLLOUT);
  for (long left = total; left > 0;) {
    size_t wanted = left < (long)size ? (size_t)left : size;
    size_t bytes = moved("write", write(fd, memory, wanted));
    left -= (long)bytes;
    if (bytes < wanted) {
      wait_ready(epoll);
    }
  }
  close_end(epoll);
}

static char *make_memory(size_t size) {
  char *memory = malloc(size);
  if (memory == NULL) {
    fail("malloc", errno);
  }
  memset(memory, 1, size);
  return memory;
}

static void expect_end(int fd) {
  char memory[4096];
  while (checked("read", (int)read(fd, memory, sizeof memory)) > 0) {
  }
}

static double spawn_rate(long count) {
  char *argv[] = {"/bin/true", NULL};
  double begin = now();
  for (long child = 0; child < count; child += 1) {
    struct ends in = make_pipe(1);
    struct ends out = make_pipe(0);
    struct ends err = make_pipe(0);
    pid_t pid = start(argv, (int[]){in.childs, out.childs, err.childs});
    close_end(in.childs);
    close_end(out.childs);
    close_end(err.childs);
    expect_end(out.ours);
    expect_end(err.ours);
    reap(pid);
    close_end(in.ours);
    close_end(out.ours);
    close_end(err.ours);
  }
  return (double)count / (now() - begin);
}

/* A child to start, and the thread that does. */
struct launcher {
  pthread_mutex_t mutex;
  pthread_cond_t asked;
  /* The child's ends of its pipes; NULL if there is nothing to do. */
  const int *fds;
  /* Written to when the child runs. */
  int started;
  pid_t pid;
};

static void *launch(void *shared) {
  struct launcher *launcher = shared;
  char *argv[] = {"/bin/true", NULL};
  uint64_t one = 1;
  for (;;) {
    pthread_mutex_lock(&launcher->mutex);
    while (launcher->fds == NULL) {
      pthread_cond_wait(&launcher->asked, &launcher->mutex);
    }
    const int *fds = launcher->fds;
    launcher->fds = NULL;
    pthread_mutex_unlock(&launcher->mutex);
    launcher->pid = start(argv, fds);
    checked("write", (int)write(launcher->started, &one, sizeof one));
  }
  return NULL;
}

static void add(int epoll, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  checked("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

/* Returns a descriptor that is readable. */
static int next_ready(int epoll) {
  struct epoll_event event;
  while (epoll_wait(epoll, &event, 1, -1) < 0) {
    if (errno != EINTR) {
      fail("epoll_wait", errno);
    }
  }
  return event.data.fd;
}

static double spawn_by_thread_rate(long count) {
  struct launcher launcher = {.mutex = PTHREAD_MUTEX_INITIALIZER, .asked = PTHREAD_COND_INITIALIZER};
  pthread_t thread;
  uint64_t counter;
  int epoll = checked("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
  launcher.started = checked("eventfd", eventfd(0, EFD_CLOEXEC));
  add(epoll, launcher.started);
  check_spawn("pthread_create", pthread_create(&thread, NULL, launch, &launcher));
  double begin = now();
  for (long child = 0; child < count; child += 1) {
    struct ends in = make_pipe(1);
    struct ends out = make_pipe(0);
    struct ends err = make_pipe(0);
    const int fds[] = {in.childs, out.childs, err.childs};
    pthread_mutex_lock(&launcher.mutex);
    launcher.fds = fds;
    pthread_cond_signal(&launcher.asked);
    pthread_mutex_unlock(&launcher.mutex);
    if (next_ready(epoll) != launcher.started) {
      fail("epoll_wait", EINVAL);
    }
    checked("read", (int)read(launcher.started, &counter, sizeof counter));
    int pidfd = checked("pidfd_open", (int)syscall(SYS_pidfd_open, launcher.pid, 0));
    close_end(in.childs);
    close_end(out.childs);
    close_end(err.childs);
    add(epoll, out.ours);
    add(epoll, err.ours);
    add(epoll, pidfd);
    for (int left = 3; left > 0; left -= 1) {
      int fd = next_ready(epoll);
      if (fd == pidfd) {
        reap(launcher.pid);
      } else {
        expect_end(fd);
      }
      checked("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL));
      close_end(fd);
    }
    close_end(in.ours);
  }
  return (double)count / (now() - begin);
}

static double processor_time(void) {
  struct rusage usage;
  checked("getrusage", getrusage(RUSAGE_SELF, &usage));
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double trip_cost(long count, const char *kind) {
  char line[40];
  char memory[65536];
  char *argv[] = {"cat", NULL};
  memset(line, 'x', sizeof line);
  struct ends in = make_ends(kind, 0, 1);
  struct ends out = make_ends(kind, 0, 0);
  pid_t pid = start(argv, (int[]){in.childs, out.childs, NOTHING});
  close_end(in.childs);
  close_end(out.childs);
  int epoll = watch(out.ours, EPOLLIN);
  double begin = processor_time();
  for (long trip = 0; trip < count; trip += 1) {
    if (write(in.ours, line, sizeof line) != sizeof line) {
      fail("write", errno);
    }
    wait_ready(epoll);
    if (read(out.ours, memory, sizeof memory) != sizeof line) {
      fail("read", errno);
    }
  }
  double cost = processor_time() - begin;
  close_end(epoll);
  close_end(in.ours);
  close_end(out.ours);
  reap(pid);
  return cost / (double)count;
}

static double read_rate(long total, const char *kind, int pipe_bytes, size_t size) {
  char *memory = make_memory(size);
  char blocks[32];
  snprintf(blocks, sizeof blocks, "count=%ld", total / MIB);
  char *argv[] = {"dd", "if=/dev/zero", "bs=1M", blocks, "status=none", NULL};
  double begin = now();
  struct ends ends = make_ends(kind, pipe_bytes, 0);
  pid_t pid = start(argv, (int[]){NOTHING, ends.childs, NOTHING});
  close_end(ends.childs);
  long bytes = read_all(ends.ours, memory, size);
  reap(pid);
  close_end(ends.ours);
  double seconds = now() - begin;
  free(memory);
  if (bytes != total) {
    fprintf(stderr, "%ld bytes instead of %ld\n", bytes, total);
    exit(1);
  }
  return (double)total / seconds;
}

static double write_rate(long total, const char *kind, int pipe_bytes, size_t size) {
  char *memory = make_memory(size);
  char *argv[] = {"sh", "-c", "exec cat >/dev/null", NULL};
  double begin = now();
  struct ends ends = make_ends(kind, pipe_bytes, 1);
  pid_t pid = start(argv, (int[]){ends.childs, NOTHING, NOTHING});
  close_end(ends.childs);
  write_all(ends.ours, memory, size, total);
  close_end(ends.ours);
  reap(pid);
  double seconds = now() - begin;
  free(memory);
  return (double)total / seconds;
}

static long number(const char *text, long least, long most) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || value < least || value > most) {
    fail(text, EINVAL);
  }
  return value;
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  double rate;
  if (argc == 3 && strcmp(mode, "spawn") == 0) {
    rate = spawn_rate(number(argv[2], 1, INT_MAX));
  } else if (argc == 3 && strcmp(mode, "spawn-by-thread") == 0) {
    rate = spawn_by_thread_rate(number(argv[2], 1, INT_MAX));
  } else if (argc == 4 && strcmp(mode, "trip") == 0) {
    rate = trip_cost(number(argv[2], 1, INT_MAX), argv[3]);
  } else if (argc == 6 && (strcmp(mode, "read") == 0 || strcmp(mode, "write") == 0)) {
    long total = number(argv[2], MIB, LONG_MAX);
    int pipe_bytes = (int)number(argv[4], 0, INT_MAX);
    size_t size = (size_t)number(argv[5], 1, INT_MAX);
    if (total % MIB != 0) {
      /* dd counts in blocks. */
      fail(argv[2], EINVAL);
    }
    rate = strcmp(mode, "read") == 0 ? read_rate(total, argv[3], pipe_bytes, size)
                                     : write_rate(total, argv[3], pipe_bytes, size);
  } else {
    fputs("usage: ceiling spawn|spawn-by-thread N | ceiling trip N pipe|socketpair\n"
          "       ceiling read|write BYTES pipe|socketpair PIPE_BYTES SIZE\n",
          stderr);
    return 2;
  }
  return printf("%.1f\n", rate) < 0 || fflush(stdout) != 0;
}
