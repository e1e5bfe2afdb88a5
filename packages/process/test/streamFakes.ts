import type { WriteTransport } from '@subwire/transport';

export function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function text(value: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(value);
}

/** Lets one turn of the event loop go by. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Records what a reader asks of its transport. */
export class FakeReadTransport {
  readonly calls: string[] = [];

  pauseReading(): void {
    this.calls.push('pauseReading');
  }

  resumeReading(): void {
    this.calls.push('resumeReading');
  }

  close(): void {
    this.calls.push('close');
  }
}

/** Records what a writer asks of its transport. */
export class FakeWriteTransport implements WriteTransport {
  readonly calls: string[] = [];
  written = '';
  closing = false;
  onClose: () => void = () => undefined;

  write(data: Uint8Array): void {
    this.calls.push('write');
    this.written += text(data);
  }

  writelines(list: Iterable<Uint8Array>): void {
    this.calls.push('writelines');
    for (const data of list) this.written += text(data);
  }

  writeEof(): void {
    this.close();
  }

  canWriteEof(): boolean {
    return true;
  }

  abort(): void {
    this.calls.push('abort');
    this.closing = true;
    setImmediate(this.onClose);
  }

  close(): void {
    this.calls.push('close');
    this.closing = true;
    setImmediate(this.onClose);
  }

  isClosing(): boolean {
    return this.closing;
  }

  getExtraInfo(name: string, defaultValue: unknown = null): unknown {
    return name === 'pipe' ? 'the pipe' : defaultValue;
  }

  getWriteBufferSize(): number {
    return 0;
  }

  getWriteBufferLimits(): readonly [number, number] {
    return [0, 0];
  }

  setWriteBufferLimits(): void {}

  setProtocol(): void {}

  getProtocol(): null {
    return null;
  }
}

/** Cuts data into pieces of the sizes given; a size of 0 counts as 1. */
export function cut(data: Uint8Array, sizes: Iterator<number>): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < data.length;) {
    const size = Math.max(1, Number(sizes.next().value));
    pieces.push(data.slice(start, start + size));
    start += size;
  }
  return pieces;
}
