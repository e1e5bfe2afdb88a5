import type { ChildExit, ChildHandle, KillAnswer, Signal, SignalScope } from '@subwire/transport';
import type { PlantedBugs } from './plantedBug.js';
import { WrappedChild, type Bug } from './wrappedBackend.js';

/** Bugs of the child itself. */
export const plantedChildBugs: PlantedBugs = {
  'exits twice': {
    caughtBy: ['seam.exit-once'],
    bug: {
      child: class extends WrappedChild {
        override onExit(end: ChildExit): void {
          super.onExit(end);
          super.onExit(end);
        }
      },
    },
  },
  'reports a signal as an exit code': {
    caughtBy: ['exit.own-signal', 'signals.kill', 'seam.exit-by-signal'],
    bug: {
      child: class extends WrappedChild {
        override onExit(end: ChildExit): void {
          super.onExit({ ...end, returncode: end.returncode < 0 ? 128 - end.returncode : end.returncode });
        }
      },
    },
  },
  'holds the exit back until the outputs are closed': {
    caughtBy: ['seam.exit-without-readers'],
    bug: {
      child: class extends WrappedChild {
        override onExit(end: ChildExit): void {
          const ends = [...this.inner.outputs.values()].map(
            (output) => new Promise((resolve) => output.on('close', resolve)),
          );
          void Promise.all(ends).then(() => {
            super.onExit(end);
          });
        }
      },
    },
  },
  'closes the outputs at the exit': {
    caughtBy: ['heldPipes.data-after-exit', 'output.late-reader'],
    bug: {
      child: class extends WrappedChild {
        override onExit(end: ChildExit): void {
          super.onExit(end);
          this.inner.outputs.forEach((output) => {
            output.close();
          });
        }
      },
    },
  },
  'drops the input at the exit': {
    caughtBy: ['heldPipes.input-flows-on'],
    bug: {
      child: class extends WrappedChild {
        override onExit(end: ChildExit): void {
          super.onExit(end);
          this.inner.stdin?.destroy();
        }
      },
    },
  },
  'emits during spawn()': {
    caughtBy: ['seam.silent-spawn'],
    bug: {
      child: class extends WrappedChild {
        constructor(inner: ChildHandle, bug: Bug) {
          super(inner, bug);
          this.emit('spawn', 1);
        }
        override onSpawn(): void {
          // It was said before.
        }
      },
    },
  },
  'emits inside kill()': {
    caughtBy: ['seam.nothing-inside-calls'],
    bug: {
      child: class extends WrappedChild {
        override kill(signal: Signal, scope?: SignalScope): KillAnswer {
          this.emit('exit', { returncode: -9 });
          return super.kill(signal, scope);
        }
      },
    },
  },
  'has a kill that does nothing': {
    caughtBy: ['signals.kill'],
    bug: {
      child: class extends WrappedChild {
        override kill(): KillAnswer {
          return 'sent';
        }
      },
    },
  },
  'kills the process instead of the group': {
    caughtBy: ['groups.none-of-its-own'],
    bug: {
      child: class extends WrappedChild {
        override kill(signal: Signal): KillAnswer {
          return super.kill(signal, 'process');
        }
      },
    },
  },
  'reports a pid that is not the child’s': {
    caughtBy: ['spawn.pid-is-the-childs'],
    bug: {
      child: class extends WrappedChild {
        override onSpawn(pid: number | null): void {
          super.onSpawn(Number(pid) + 1);
        }
      },
    },
  },
};
