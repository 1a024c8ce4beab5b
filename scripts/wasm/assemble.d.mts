/** The bytes of the module that the text form describes. */
export function assemble(source: string): Buffer
/** The path of the text form. */
export const SOURCE: string
