/** Ends an example with an error when its claim is false. */
export function check(claim: boolean, message: string): asserts claim {
  if (!claim) {
    throw new Error(`the claim is false: ${message}`);
  }
}
