import { showByteString, type ByteString, type SpawnRequest, type TextRequest } from '@subwire/transport';

/** Returns a request in which all bytes are text: bytes that are not UTF-8 are shown as `\\xNN`. */
export function requestText(request: SpawnRequest): TextRequest {
  const { program, args, executable, cwd, env, envByBytes } = request;
  return {
    ...request,
    program: showByteString(program),
    args: args.map(showByteString),
    executable: showOrNull(executable),
    cwd: showOrNull(cwd),
    env: env === null ? null : showVariables([...Object.entries(env), ...envByBytes]),
    envByBytes: [],
  };
}

function showOrNull(value: ByteString | null): string | null {
  return value === null ? null : showByteString(value);
}

function showVariables(pairs: readonly (readonly [ByteString, ByteString])[]): Record<string, string> {
  const variables = Object.create(null) as Record<string, string>;
  for (const [name, value] of pairs) {
    variables[showByteString(name)] = showByteString(value);
  }
  return variables;
}
