/** A whole backend: its children print their arguments and exit. */
import { run } from '@subwire/process';
import { memoryReadPipe } from '@subwire/testing';
import {
  ChildHandle,
  DEVNULL,
  nodeBackend,
  type BackendCapabilities,
  type KillAnswer,
  type ReadPipeHandle,
  type SpawnRequest,
  type SubprocessBackend,
} from '@subwire/transport';
import { check } from '../check.js';

// #region backend
class EchoChild extends ChildHandle {
  override readonly stdin = null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;

  constructor(request: SpawnRequest) {
    super();
    const stdout = memoryReadPipe();
    this.outputs = new Map([[1, stdout.pipe]]);
    setImmediate(() => {
      this.emit('spawn', null);
      void stdout.write(`${request.args.join(' ')}\n`);
      stdout.end();
      this.emit('exit', { returncode: 0 });
    });
  }

  override abandon(): boolean {
    return false;
  }

  override kill(): KillAnswer {
    return 'gone';
  }
}

const echoBackend: SubprocessBackend = {
  name: 'echo',
  supports: lacksEverything(),
  spawn: (request) => new EchoChild(request),
};
// #endregion backend

function lacksEverything(): BackendCapabilities {
  const lists = { pids: 'none', signals: [], signalScopes: [], pipes: [] };
  const names = Object.keys(nodeBackend.supports);
  return { ...Object.fromEntries(names.map((name) => [name, false])), ...lists } as unknown as BackendCapabilities;
}

// #region use
const options = { backend: echoBackend, encoding: 'utf8', stderr: DEVNULL } as const;
const { stdout, returncode } = await run('any program', ['hello', 'world'], options);
console.log(stdout, returncode);
// #endregion use
check(stdout === 'hello world\n' && returncode === 0, 'the child printed its arguments');
