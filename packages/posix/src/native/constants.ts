/** Numbers of the system interface: the same on x64 and arm64, but not on Linux and macOS. */

interface Numbers {
  readonly O_RDWR: number;
  readonly O_NONBLOCK: number;
  readonly O_CLOEXEC: number;
  /** 0 where there is no such flag. */
  readonly O_PATH: number;
  readonly F_GETFD: number;
  readonly F_SETFD: number;
  readonly F_GETFL: number;
  readonly F_SETFL: number;
  readonly F_DUPFD_CLOEXEC: number;
  /** Negative where there is no such command. */
  readonly F_SETPIPE_SZ: number;
  readonly POSIX_SPAWN_SETPGROUP: number;
  readonly POSIX_SPAWN_SETSIGDEF: number;
  readonly POSIX_SPAWN_SETSIGMASK: number;
  readonly POSIX_SPAWN_SETSID: number;
  /** 0 where there is no such flag. */
  readonly POSIX_SPAWN_CLOEXEC_DEFAULT: number;
  readonly EPERM: number;
  readonly ENOENT: number;
  readonly ESRCH: number;
  readonly EINTR: number;
  readonly ECHILD: number;
  readonly EAGAIN: number;
  readonly EACCES: number;
  readonly ENOTDIR: number;
  readonly EINVAL: number;
  readonly EPIPE: number;
  readonly ENOSYS: number;
  readonly ECONNRESET: number;
  readonly SHUT_RD: number;
  readonly SHUT_WR: number;
}

const POSIX = {
  O_RDWR: 2,
  F_GETFD: 1,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  POSIX_SPAWN_SETPGROUP: 0x02,
  POSIX_SPAWN_SETSIGDEF: 0x04,
  POSIX_SPAWN_SETSIGMASK: 0x08,
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  ECHILD: 10,
  EACCES: 13,
  ENOTDIR: 20,
  EINVAL: 22,
  EPIPE: 32,
  SHUT_RD: 0,
  SHUT_WR: 1,
};

const LINUX: Numbers = {
  ...POSIX,
  O_NONBLOCK: 0o4000,
  O_CLOEXEC: 0o2000000,
  O_PATH: 0o10000000,
  F_DUPFD_CLOEXEC: 1030,
  F_SETPIPE_SZ: 1031,
  POSIX_SPAWN_SETSID: 0x80,
  POSIX_SPAWN_CLOEXEC_DEFAULT: 0,
  EAGAIN: 11,
  ENOSYS: 38,
  ECONNRESET: 104,
};

/** From `bsd/sys/fcntl.h`, `bsd/sys/spawn.h` and `bsd/sys/errno.h` of XNU. */
const DARWIN: Numbers = {
  ...POSIX,
  O_NONBLOCK: 0x4,
  O_CLOEXEC: 0x100_0000,
  O_PATH: 0,
  F_DUPFD_CLOEXEC: 67,
  F_SETPIPE_SZ: -1,
  POSIX_SPAWN_SETSID: 0x400,
  POSIX_SPAWN_CLOEXEC_DEFAULT: 0x4000,
  EAGAIN: 35,
  ENOSYS: 78,
  ECONNRESET: 54,
};

const here = process.platform === 'darwin' ? DARWIN : LINUX;

export const O_RDWR: number = here.O_RDWR;
export const O_NONBLOCK: number = here.O_NONBLOCK;
export const O_CLOEXEC: number = here.O_CLOEXEC;
export const O_PATH: number = here.O_PATH;
export const F_GETFD: number = here.F_GETFD;
export const F_SETFD: number = here.F_SETFD;
export const F_GETFL: number = here.F_GETFL;
export const F_SETFL: number = here.F_SETFL;
export const F_DUPFD_CLOEXEC: number = here.F_DUPFD_CLOEXEC;
export const F_SETPIPE_SZ: number = here.F_SETPIPE_SZ;
export const POSIX_SPAWN_SETPGROUP: number = here.POSIX_SPAWN_SETPGROUP;
export const POSIX_SPAWN_SETSIGDEF: number = here.POSIX_SPAWN_SETSIGDEF;
export const POSIX_SPAWN_SETSIGMASK: number = here.POSIX_SPAWN_SETSIGMASK;
export const POSIX_SPAWN_SETSID: number = here.POSIX_SPAWN_SETSID;
export const POSIX_SPAWN_CLOEXEC_DEFAULT: number = here.POSIX_SPAWN_CLOEXEC_DEFAULT;
export const EPERM: number = here.EPERM;
export const ENOENT: number = here.ENOENT;
export const ESRCH: number = here.ESRCH;
export const EINTR: number = here.EINTR;
export const ECHILD: number = here.ECHILD;
export const EAGAIN: number = here.EAGAIN;
export const EACCES: number = here.EACCES;
export const ENOTDIR: number = here.ENOTDIR;
export const EINVAL: number = here.EINVAL;
export const EPIPE: number = here.EPIPE;
export const ENOSYS: number = here.ENOSYS;
export const ECONNRESET: number = here.ECONNRESET;
export const SHUT_RD: number = here.SHUT_RD;
export const SHUT_WR: number = here.SHUT_WR;
