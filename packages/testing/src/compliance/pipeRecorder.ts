import { Protocol } from '@subwire/transport';
import { EventLog } from './waiting.js';

/** Logs every callback of a single pipe: `made`, `data`, `eof`, `pause`, `resume`, `lost`, `lost:BrokenPipeError`. */
export class PipeRecorder extends Protocol {
  readonly log: EventLog = new EventLog();
  readonly chunks: Uint8Array[] = [];

  get lines(): readonly string[] {
    return this.log.lines;
  }

  /** The log with one line for chunks in a row. */
  get order(): readonly string[] {
    return this.lines.filter((line, index) => line !== 'data' || line !== this.lines[index - 1]);
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return Buffer.from(this.bytes).toString('utf8');
  }

  override connectionMade(): void {
    this.log.add('made');
  }

  override dataReceived(data: Uint8Array): void {
    this.chunks.push(data);
    this.log.add('data');
  }

  override eofReceived(): void {
    this.log.add('eof');
  }

  override pauseWriting(): void {
    this.log.add('pause');
  }

  override resumeWriting(): void {
    this.log.add('resume');
  }

  override connectionLost(exc: Error | null): void {
    this.log.add(exc === null ? 'lost' : `lost:${exc.name}`, true);
  }
}
