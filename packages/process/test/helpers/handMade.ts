/** A child that exists only as object literals: whatever `Process` needs of a transport must be in its public contract. */
import {
  ValueError,
  type Clock,
  type ReadTransport,
  type SubprocessTransport,
  type WriteTransport,
} from '@subwire/transport';
import { SubprocessStreamProtocol, type StreamProtocolOptions } from '../../src/process/subprocessStreamProtocol.js';
import { Process, type ProcessOptions } from '../../src/process/process.js';

/** Which pipes the child has, and what its clock and its signals do. */
export interface HandMadeShape {
  readonly stdin?: boolean;
  readonly outputs?: readonly number[];
  readonly pid?: number | null;
  readonly clock?: Clock;
  readonly onSignal?: (signal: unknown) => void;
  readonly stream?: StreamProtocolOptions;
  readonly process?: ProcessOptions;
}

/** A hand-made child, with the log of what was asked of it. */
export interface HandMade {
  readonly calls: string[];
  readonly protocol: SubprocessStreamProtocol;
  readonly process: Process;
  readonly written: () => string;
  exit: (returncode: number) => void;
  data: (fd: number, text: string) => void;
  lose: (fd: number, error?: Error | null) => void;
  finish: (error?: Error | null) => void;
}

/** Makes a connected `Process` over a transport that is an object literal. */
export function handMade(shape: HandMadeShape = {}): HandMade {
  const calls: string[] = [];
  const protocol = new SubprocessStreamProtocol(shape.stream);
  const written: Uint8Array[] = [];
  let returncode: number | null = null;
  const base = (
    name: string,
  ): Pick<ReadTransport, 'getExtraInfo' | 'isClosing' | 'close' | 'setProtocol' | 'getProtocol'> => {
    let closing = false;
    return {
      getExtraInfo: (key, defaultValue = null) =>
        key === 'clock' && shape.clock !== undefined ? shape.clock : defaultValue,
      isClosing: () => closing,
      close: () => {
        closing = true;
        calls.push(`${name}.close`);
      },
      setProtocol: () => undefined,
      getProtocol: () => protocol,
    };
  };
  const output = (fd: number): ReadTransport => ({
    ...base(`${fd}`),
    isReading: () => true,
    pauseReading: () => calls.push(`${fd}.pause`),
    resumeReading: () => calls.push(`${fd}.resume`),
  });
  const input: WriteTransport = {
    ...base('0'),
    write: (data) => {
      written.push(data);
    },
    writelines: (list) => {
      written.push(...list);
    },
    writeEof: () => calls.push('0.writeEof'),
    canWriteEof: () => true,
    abort: () => calls.push('0.abort'),
    getWriteBufferSize: () => 0,
    getWriteBufferLimits: () => [0, 0],
    setWriteBufferLimits: () => undefined,
  };
  const pipes = new Map<number, ReadTransport | WriteTransport>();
  if (shape.stdin !== false) {
    pipes.set(0, input);
  }
  for (const fd of shape.outputs ?? [1, 2]) {
    pipes.set(fd, output(fd));
  }
  const sendSignal: SubprocessTransport['sendSignal'] = (signal, scope = 'process') => {
    calls.push(`signal ${signal}${scope === 'group' ? ' group' : ''}`);
    shape.onSignal?.(signal);
  };
  const transport = {
    ...base('child'),
    getPid: () => (shape.pid === undefined ? 4242 : shape.pid),
    getReturncode: () => returncode,
    getPipeTransport: (fd: number) => pipes.get(fd) ?? null,
    sendSignal,
    terminate: () => {
      sendSignal('SIGTERM');
    },
    kill: () => {
      sendSignal('SIGKILL');
    },
  } as SubprocessTransport;
  protocol.connectionMade(transport);
  return {
    calls,
    protocol,
    process: new Process(transport, protocol, shape.process),
    written: () => Buffer.concat(written).toString(),
    exit: (code) => {
      if (returncode !== null) {
        throw new ValueError('exited twice');
      }
      returncode = code;
      protocol.processExited();
    },
    data: (fd, text) => {
      protocol.pipeDataReceived(fd, new TextEncoder().encode(text));
    },
    lose: (fd, error = null) => {
      protocol.pipeConnectionLost(fd, error);
    },
    finish: (error = null) => {
      protocol.connectionLost(error);
    },
  };
}
