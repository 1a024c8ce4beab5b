// Characters that are not shown as themselves: the one table for everything that escapes text from strangers.

/**
 * For a class of a regular expression with the flag `u`: controls (C0, DEL, C1), format characters (bidi, zero width, BOM, tags), lone surrogates,
 * private use and noncharacters (`\p{C}`), line and paragraph separators, what fonts leave out (`\p{DI}`: fillers, variation selectors,
 * soft hyphen), and the Braille blank.
 */
export const INVISIBLE = '\\p{C}\\p{Zl}\\p{Zp}\\p{DI}\\u2800'
