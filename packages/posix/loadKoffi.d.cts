/**
 * Loads koffi.
 *
 * @throws if there is no binary of it for this machine.
 */
export declare function loadKoffi(): typeof import('koffi', { with: { 'resolution-mode': 'require' } });

/**
 * Returns where koffi is.
 *
 * @throws if it is not there.
 */
export declare function koffiPath(): string;
