/**
 * Who may import whom. Arrows only go down: to allow a new one, add it here, and say in the commit why it points down.
 * `docs/` explains the layers; these tables are what the test run checks.
 */

export interface PackageRule {
  /** Workspace packages, by folder name. */
  readonly packages: readonly string[];
  /** Packages from the registry; `'any'` only for private packages. */
  readonly external: readonly string[] | 'any';
  /** Whether `node:` modules may be used at all. */
  readonly node: boolean;
}

const EVERY_PACKAGE = ['transport', 'process', 'testing', 'posix', 'framing', 'rpc', 'ssh', 'launcher', 'subwire'];

/** By folder name. A folder that is not here fails the check. */
export const PACKAGE_RULES: Readonly<Record<string, PackageRule>> = {
  transport: { packages: [], external: ['eventemitter3'], node: true },
  framing: { packages: [], external: [], node: false },
  process: { packages: ['transport'], external: [], node: true },
  testing: { packages: ['transport'], external: [], node: true },
  posix: { packages: ['transport'], external: ['koffi'], node: true },
  ssh: { packages: ['transport'], external: ['ssh2'], node: true },
  launcher: { packages: ['transport'], external: [], node: true },
  rpc: { packages: ['framing', 'transport'], external: [], node: true },
  subwire: { packages: ['process', 'posix'], external: [], node: true },
  compliance: { packages: EVERY_PACKAGE, external: 'any', node: true },
  bench: { packages: EVERY_PACKAGE, external: 'any', node: true },
  repo: { packages: [], external: 'any', node: true },
  examples: { packages: EVERY_PACKAGE, external: 'any', node: true },
};

/** Modules that exactly one file of the published packages imports. */
export const SOLE_IMPORTERS: Readonly<Record<string, string>> = {
  'node:child_process': 'packages/transport/src/nodeBackend.ts',
  eventemitter3: 'packages/transport/src/childHandle.ts',
};

/** Private packages, which may import what the table above keeps to one file. */
export const PRIVATE_FOLDERS: readonly string[] = ['compliance', 'bench', 'repo', 'examples'];

/** The files of one package and what each may import from its own package; type imports count. `'any'`: everything. */
export type FileRules = Readonly<Record<string, readonly string[] | 'any'>>;

export const FILE_RULES: Readonly<Record<string, FileRules>> = {
  process: {
    // Stand alone.
    byteSearch: [],
    chunkQueue: [],
    completedProcess: [],
    durations: [],
    inputSlab: [],
    inspectable: [],
    lineBatches: [],
    outputExcerpt: [],
    readerAdapters: [],
    readlineIterator: [],
    runStdio: [],
    streamErrors: [],
    waiterList: [],
    writerAdapters: [],
    // Quoting: knows no process.
    shlex: [],
    shellTemplatePlace: [],
    shellTemplate: ['shellTemplatePlace', 'shlex'],
    // Errors of a run, and time.
    processErrors: ['completedProcess', 'outputExcerpt'],
    deadline: ['durations'],
    outcome: ['waiterList'],
    // Bytes of a reader: where a separator is, who waits for it, what is in the buffer.
    nearestByte: ['byteSearch'],
    separatorAutomaton: ['byteSearch'],
    separatorSearch: ['byteSearch', 'chunkQueue', 'nearestByte', 'separatorAutomaton'],
    waiterSlot: ['chunkQueue', 'separatorSearch', 'streamErrors'],
    readBuffer: ['chunkQueue', 'inputSlab', 'streamErrors', 'waiterSlot'],
    separatedReads: ['readBuffer', 'separatorSearch', 'streamErrors'],
    // Lines.
    lineOptions: ['separatorSearch'],
    textDecoding: ['streamErrors'],
    lineIterator: ['lineOptions', 'readBuffer', 'streamErrors', 'textDecoding'],
    textLineIterator: ['byteSearch', 'lineIterator', 'lineOptions', 'readBuffer', 'textDecoding'],
    // The streams: know no process.
    streamReader: [
      'inspectable',
      'lineBatches',
      'lineIterator',
      'lineOptions',
      'readBuffer',
      'readerAdapters',
      'readlineIterator',
      'separatedReads',
      'separatorSearch',
      'streamErrors',
      'textLineIterator',
    ],
    writerFlow: ['streamErrors', 'waiterList'],
    streamWriter: ['inspectable', 'writerAdapters', 'writerFlow'],
    streamPipes: ['streamReader', 'streamWriter', 'writerFlow'],
    // A process: streams over a transport.
    subprocessStreamProtocol: ['outcome', 'streamErrors', 'streamReader', 'streamWriter', 'writerFlow'],
    inputFeed: ['streamWriter'],
    outputCollector: ['chunkQueue', 'inputSlab', 'processErrors'],
    communicate: [
      'deadline',
      'durations',
      'inputFeed',
      'outputCollector',
      'processErrors',
      'streamErrors',
      'streamReader',
      'subprocessStreamProtocol',
    ],
    process: [
      'communicate',
      'deadline',
      'durations',
      'inputFeed',
      'inspectable',
      'processErrors',
      'streamReader',
      'streamWriter',
      'subprocessStreamProtocol',
    ],
    // Where the pieces meet.
    createSubprocess: [
      'completedProcess',
      'durations',
      'process',
      'streamReader',
      'streamWriter',
      'subprocessStreamProtocol',
    ],
    runConversation: ['communicate', 'inputFeed', 'process', 'processErrors'],
    run: [
      'completedProcess',
      'createSubprocess',
      'deadline',
      'durations',
      'inputFeed',
      'outputCollector',
      'process',
      'processErrors',
      'runConversation',
      'runStdio',
    ],
    runMany: ['completedProcess', 'deadline', 'run'],
    index: 'any',
  },
  posix: {
    // Stand alone.
    constants: [],
    eventQueue: [],
    kevents: [],
    nativeTypes: [],
    ffi: ['nativeTypes'],
    spawnQueue: [],
    systemErrors: [],
    support: ['ffi'],
    // Descriptors and processes, one system call at a time.
    exitStatus: ['constants', 'ffi'],
    features: ['constants', 'exitStatus', 'ffi'],
    pipes: ['constants', 'ffi', 'systemErrors'],
    environment: ['ffi'],
    nofile: ['ffi'],
    posixSpawn: ['constants', 'environment', 'ffi', 'systemErrors'],
    spawnErrors: ['systemErrors'],
    // What waits for the loop.
    loopWatch: ['ffi', 'systemErrors'],
    epollQueue: ['constants', 'eventQueue', 'ffi', 'systemErrors'],
    kqueueQueue: ['constants', 'eventQueue', 'ffi', 'kevents', 'systemErrors'],
    poller: ['epollQueue', 'eventQueue', 'ffi', 'kqueueQueue', 'loopWatch'],
    pipeCapacity: ['constants', 'ffi'],
    freedMemory: ['ffi'],
    readSlab: ['freedMemory'],
    readPipe: ['constants', 'ffi', 'pipeCapacity', 'poller', 'readSlab', 'systemErrors'],
    spill: [],
    writePipe: ['constants', 'ffi', 'pipeCapacity', 'poller', 'spill', 'systemErrors'],
    sigchldWatch: ['poller'],
    watchedChild: ['exitStatus'],
    pidfdChild: ['constants', 'exitStatus', 'features', 'ffi', 'poller', 'watchedChild'],
    numberedChild: ['constants', 'exitStatus', 'features', 'ffi', 'poller', 'sigchldWatch', 'watchedChild'],
    exitWatcher: ['constants', 'exitStatus', 'numberedChild', 'pidfdChild', 'systemErrors', 'watchedChild'],
    // Where the pieces meet.
    childStdio: ['constants', 'ffi', 'pipes', 'readPipe', 'systemErrors', 'writePipe'],
    startDirectory: ['constants', 'ffi', 'posixSpawn', 'systemErrors'],
    spawnAttempt: ['childStdio', 'environment', 'nofile', 'posixSpawn', 'spawnErrors', 'spawnQueue', 'startDirectory'],
    posixChild: ['childStdio', 'exitWatcher', 'spawnAttempt'],
    posixBackend: ['ffi', 'posixChild', 'spawnAttempt', 'spawnQueue', 'support'],
    index: 'any',
  },
  transport: {
    // Stand alone.
    errors: [],
    base: [],
    stdio: [],
    clock: [],
    ownOptions: [],
    fdHeadroom: [],
    signals: ['errors'],
    callbackQueue: ['errors'],
    programFile: ['errors'],
    // Contracts of the upper seam.
    transports: ['base', 'signals'],
    protocols: ['base', 'transports'],
    flowControl: ['errors', 'ownOptions', 'transports'],
    // Contracts of the lower seam.
    childHandle: ['errors', 'signals'],
    backend: ['childHandle', 'clock', 'stdio'],
    // The state machine: knows contracts, never a backend by name.
    bufferedDelivery: ['childHandle', 'errors'],
    readPipeTransport: ['base', 'bufferedDelivery', 'callbackQueue', 'childHandle', 'protocols', 'transports'],
    writePipeTransport: ['base', 'callbackQueue', 'childHandle', 'errors', 'flowControl', 'transports'],
    subprocessPipes: ['base', 'callbackQueue', 'protocols', 'readPipeTransport'],
    stdinGrace: ['clock', 'errors', 'writePipeTransport'],
    handleTransport: [
      'base',
      'callbackQueue',
      'childHandle',
      'clock',
      'errors',
      'protocols',
      'readPipeTransport',
      'signals',
      'stdinGrace',
      'subprocessPipes',
      'transports',
      'writePipeTransport',
    ],
    // The Node backend: knows the lower seam only.
    spawnErrors: ['backend', 'errors'],
    nodePipes: ['childHandle', 'errors'],
    nodeChildHandle: ['backend', 'childHandle', 'errors', 'nodePipes', 'spawnErrors', 'signals'],
    nodeBackend: ['backend', 'childHandle', 'errors', 'fdHeadroom', 'nodeChildHandle', 'spawnErrors', 'programFile'],
    // Where the pieces meet; subprocessExec alone knows the default backend.
    valueChecks: ['errors'],
    stdioOptions: ['errors', 'stdio'],
    options: ['backend', 'callbackQueue', 'errors', 'ownOptions', 'stdioOptions', 'valueChecks'],
    subprocessExec: ['backend', 'clock', 'handleTransport', 'nodeBackend', 'options', 'protocols', 'transports'],
    subprocessShell: ['options', 'protocols', 'subprocessExec', 'transports', 'valueChecks'],
    connectPipe: [
      'base',
      'callbackQueue',
      'childHandle',
      'errors',
      'nodePipes',
      'ownOptions',
      'protocols',
      'readPipeTransport',
      'transports',
      'valueChecks',
      'writePipeTransport',
    ],
    bindBackend: ['backend', 'options', 'subprocessExec', 'subprocessShell'],
    index: 'any',
  },
};
