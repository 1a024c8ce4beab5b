/** What a code file holds: `loader` is the loader of the program that it belongs to. */
export function codeFileOf(source: string, code: Uint8Array, loader: object): Buffer
