/** The contracts that users implement: what the compiler accepts as a protocol or a transport, and what it refuses. */
import { describe, expect, it } from '@jest/globals';
import { BaseProtocol } from '../src/contract/base.js';
import { BufferedProtocol, Protocol, SubprocessProtocol } from '../src/contract/protocols.js';
import type { ReadTransport, SubprocessTransport, WriteTransport } from '../src/contract/transports.js';

/** The names of the members that an object of type `T` may lack. */
type Optional<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];

/** The callbacks of a protocol class, its ancestors' included. */
function callbacksOf(protocol: BaseProtocol): string[] {
  const names: string[] = [];
  for (let level: object = protocol; level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    names.push(...Object.getOwnPropertyNames(level));
  }
  return [...new Set(names)].filter((name) => name !== 'constructor').sort();
}

describe('a protocol class', () => {
  const base = ['connectionLost', 'connectionMade', 'pauseWriting', 'resumeWriting'];

  // test_base_protocol, test_protocol, test_buffered_protocol, test_subprocess_protocol
  it.each([
    [new BaseProtocol(), []],
    [new Protocol(), ['dataReceived', 'eofReceived']],
    [new BufferedProtocol(), ['bufferUpdated', 'eofReceived', 'getBuffer']],
    [new SubprocessProtocol(), ['pipeConnectionLost', 'pipeDataReceived', 'processExited']],
  ])('%o has its callbacks, which do nothing, and no state', (protocol, own) => {
    expect(callbacksOf(protocol)).toEqual([...base, ...own].sort());
    expect(Object.getOwnPropertyNames(protocol)).toEqual([]);
    const methods = protocol as unknown as Readonly<Record<string, () => unknown>>;
    const results = callbacksOf(protocol).map((name) => methods[name]?.());
    expect(results.filter((result) => result !== undefined)).toEqual(
      protocol instanceof BufferedProtocol ? [new Uint8Array(0)] : [],
    );
  });

  it('can be an object literal with all methods, and not with one missing', () => {
    const whole: Protocol = {
      connectionMade: () => undefined,
      connectionLost: () => undefined,
      pauseWriting: () => undefined,
      resumeWriting: () => undefined,
      dataReceived: () => undefined,
      eofReceived: () => undefined,
    };
    // @ts-expect-error -- eofReceived is no function
    const lacking: Protocol = { ...whole, eofReceived: undefined };
    expect(lacking).toMatchObject({ eofReceived: undefined });
  });

  it('does not take a misspelt callback', () => {
    class Misspelt extends SubprocessProtocol {
      // @ts-expect-error -- there is no such callback to override
      override pipeDataRecieved(): void {}
    }
    expect(new Misspelt()).toBeInstanceOf(SubprocessProtocol);
  });
});

describe('a transport', () => {
  // test_not_implemented, test_subprocess_transport_not_implemented: refused by the compiler, not by each method.
  it('must have every method', () => {
    const mayBeLacking: Record<Optional<ReadTransport & WriteTransport & SubprocessTransport>, never> = {};
    expect(mayBeLacking).toEqual({});
  });
});
