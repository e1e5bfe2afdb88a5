import {
  ChildHandle,
  ReadPipeHandle,
  nodeBackend,
  subprocessExec,
  type KillAnswer,
  type SubprocessBackend,
  type WritePipeHandle,
} from '@subwire/transport';
import { check } from '../check.js';
import { DateProtocol } from './dateProtocol.js';

// #region handles
/** An output that says what the program below tells it to say. */
class HandDrivenOutput extends ReadPipeHandle {
  override resume(): void {}
  override pause(): void {}
  override close(): void {}
}

/** A child without a process. */
class HandDrivenChild extends ChildHandle {
  override readonly stdin: WritePipeHandle | null = null;
  readonly stdout: HandDrivenOutput = new HandDrivenOutput();
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle> = new Map([[1, this.stdout]]);
  override abandon(): boolean {
    return false;
  }
  override kill(): KillAnswer {
    return 'sent';
  }
}
// #endregion handles

export async function main(): Promise<void> {
  // #region drive
  const child = new HandDrivenChild();
  const backend: SubprocessBackend = { name: 'by hand', supports: nodeBackend.supports, spawn: () => child };

  const creation = subprocessExec(() => new DateProtocol(), 'any program', [], { stdin: null, stderr: null, backend });
  child.emit('spawn', 4_711);
  const [transport, protocol] = await creation;

  child.stdout.emit('data', new TextEncoder().encode('2026-11-'));
  child.stdout.emit('data', new TextEncoder().encode('20\n'));
  child.stdout.emit('close', null);
  child.emit('exit', { returncode: 0 });
  // #endregion drive

  const date = await protocol.date;
  console.log(`Current date: ${date}, from pid ${transport.getPid()} that never was`);
  check(date === '2026-11-20', 'the protocol cannot tell the difference');
  check(transport.getReturncode() === 0, 'the transport cannot tell the difference either');
}
