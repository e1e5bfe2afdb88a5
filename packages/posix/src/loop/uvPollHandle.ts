/**
 * The one handle that this package has in libuv's loop: it watches the queue of the poller.
 *
 * Its memory belongs to libuv from the start until the close callback, so it is not the garbage collector's.
 */
import { setImmediate } from 'node:timers';
import { native, type Native } from '../native/ffi.js';
import { systemError } from '../native/systemErrors.js';

const UV_READABLE = 1;

/** A descriptor that libuv's loop watches: an epoll instance or a kqueue, both of which libuv's own tests nest so. */
export class UvPollHandle {
  readonly #native: Native = native();
  readonly #handle: bigint;
  readonly #callback: bigint;

  /**
   * @param fd - Readable while something is ready; it stays the caller's, to be closed after this.
   * @param onReady - Called inside libuv, through koffi: it may only schedule something, and never throw.
   * @throws the system's error.
   */
  constructor(fd: number, onReady: () => void) {
    const c = this.#native;
    this.#handle = c.allocatePollHandle();
    const status = c.uvPollInit(c.uvDefaultLoop(), this.#handle, fd);
    if (status !== 0) {
      // libuv did not take the handle into its lists, so the memory is still ours.
      c.free(this.#handle);
      throw systemError('uv_poll_init', -status);
    }
    this.#callback = c.registerPollCallback(onReady);
    // The first start of a handle that is not closing cannot fail.
    c.uvPollStart(this.#handle, UV_READABLE, this.#callback);
    c.uvUnref(this.#handle);
  }

  /** Whether the loop, and so the process, goes on for this handle alone. */
  keepAlive(wanted: boolean): void {
    if (wanted) {
      this.#native.uvRef(this.#handle);
    } else {
      this.#native.uvUnref(this.#handle);
    }
  }

  /** Gives the handle back to libuv, and its memory once libuv is done with it. */
  close(): void {
    const c = this.#native;
    const closed = c.registerCloseCallback(() => {
      // koffi may not free a callback that is running.
      setImmediate(() => {
        c.free(this.#handle);
        c.unregister(this.#callback);
        c.unregister(closed);
      });
    });
    c.uvPollStop(this.#handle);
    c.uvClose(this.#handle, closed);
  }
}
