// Talks over the terminal it runs on: answers each line in capitals, ends after "bye", and tells descriptor 3 what its
// transports were told. When the terminal goes away it writes once more, which must fail.
import { writeSync } from 'node:fs';
import process from 'node:process';
import { TextDecoder, TextEncoder } from 'node:util';
import { connectReadPipe, connectWritePipe, Protocol } from '../../../dist/index.js';

class Teller extends Protocol {
  constructor(name) {
    super();
    this.name = name;
  }
  connectionMade() {
    writeSync(3, `${this.name} made\n`);
  }
  connectionLost(error) {
    writeSync(3, `${this.name} lost ${error?.code ?? null}\n`);
  }
}

class Answerer extends Teller {
  dataReceived(data) {
    const line = new TextDecoder().decode(data);
    writer.write(new TextEncoder().encode(line.toUpperCase()));
    if (line === 'bye\n') {
      reader.close();
      writer.close();
    }
  }
  connectionLost(error) {
    super.connectionLost(error);
    writer.write(new Uint8Array(1));
  }
}

// Otherwise it would end the program before the transports learn of the loss.
process.on('SIGHUP', () => undefined);
const [writer] = await connectWritePipe(() => new Teller('write'), 1);
const [reader] = await connectReadPipe(() => new Answerer('read'), 0);
